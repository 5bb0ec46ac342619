"""Stories about photographs that people send."""

import contextlib
import io
import random
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from stowline.core import pictures
from stowline.core.errors import Refused


def photo(kind: str = "JPEG", size: tuple[int, int] = (400, 300), colour: object = (200, 40, 40), mode: str = "RGB", **more: object) -> bytes:
    written = io.BytesIO()
    Image.new(mode, size, colour).save(written, kind, **more)  # type: ignore[arg-type]
    return written.getvalue()


@pytest.mark.parametrize("kind", pictures.KINDS)
def test_a_photograph_is_kept_as_a_jpeg_of_its_pixels(kind: str) -> None:
    kept = pictures.read(photo(kind))
    with Image.open(io.BytesIO(kept.content)) as seen:
        assert (seen.format, seen.size, kept.width, kept.height) == ("JPEG", (400, 300), 400, 300)
        red, green, blue = seen.convert("RGB").getpixel((200, 150))  # type: ignore[misc]
    assert abs(red - 200) + abs(green - 40) + abs(blue - 40) < 20
    assert pictures.read(photo(kind)).digest == kept.digest


def test_a_large_one_is_made_as_small_as_a_page_needs() -> None:
    kept = pictures.read(photo(size=(4000, 1000)), longest=800)
    assert (kept.width, kept.height) == (800, 200)


def test_where_it_was_taken_is_not_kept_and_it_stands_upright() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held on its side
    exif[0x010E] = "at home, 5 Elm Street"
    kept = pictures.read(photo(exif=exif))
    assert (kept.width, kept.height) == (300, 400)
    assert b"Elm" not in kept.content
    assert b"Exif" not in kept.content


def test_text_in_a_file_and_a_script_behind_it_are_thrown_away() -> None:
    note = PngImagePlugin.PngInfo()
    note.add_text("Comment", "<script>alert(1)</script>")
    for sent in (photo("PNG", pnginfo=note), photo() + b"<script>alert(1)</script>"):
        assert b"script" not in pictures.read(sent).content


def test_what_is_clear_becomes_white() -> None:
    kept = pictures.read(photo("PNG", mode="RGBA", colour=(0, 0, 0, 0)))
    with Image.open(io.BytesIO(kept.content)) as seen:
        assert min(seen.convert("RGB").getpixel((9, 9))) > 250  # type: ignore[arg-type]


def bomb() -> bytes:
    """A PNG of a few bytes that says it is 60,000 pixels wide and as many high."""
    head = b"IHDR" + struct.pack(">IIBBBBB", 60_000, 60_000, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + head + struct.pack(">I", zlib.crc32(head)) + photo("PNG")[33:]


@pytest.mark.parametrize(
    ("sent", "say"),
    [
        (b"", "The photograph is empty. Take it again."),
        (b"x" * (pictures.LARGEST + 1), "A photograph may have 12 MB at most."),
        (bomb(), "A photograph may have 60 million pixels at most."),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>", pictures._WRONG),
        (b"%PDF-1.7 not a photograph", pictures._WRONG),
        (photo("GIF"), pictures._WRONG),
        (photo()[:200], pictures._WRONG),
    ],
    ids=["empty", "too large", "bomb", "svg", "pdf", "gif", "cut off"],
)
def test_what_is_no_photograph_is_refused_with_a_sentence(sent: bytes, say: str) -> None:
    with pytest.raises(Refused) as refused:
        pictures.read(sent, where="photo 2")
    assert (refused.value.say, refused.value.where, refused.value.status) == (say, "photo 2", 422)


@given(st.integers(0, 2**32), st.sampled_from(pictures.KINDS))
def test_a_damaged_file_is_a_picture_or_a_refusal_never_a_defect(seed: int, kind: str) -> None:
    lot = random.Random(seed)
    broken = bytearray(photo(kind, size=(60, 40)))
    for _ in range(lot.randint(1, 20)):
        broken[lot.randrange(len(broken))] = lot.randrange(256)
    with contextlib.suppress(Refused):
        assert pictures.read(bytes(broken)).content.startswith(b"\xff\xd8\xff")
