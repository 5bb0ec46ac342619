"""Photographs that people send, made safe: read as what their bytes are, drawn anew, nothing of the file itself kept.

A camera's file may carry where it was taken, a thumbnail of something else, or a script behind the picture. All of that
ends here: only pixels go on, turned upright, no larger than a page needs.
"""

import hashlib
import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps

from stowline.core.errors import Refused

LARGEST = 12_000_000  # bytes of a file as it is sent: what a telephone's camera makes
MOST_PIXELS = 60_000_000
LONGEST_PX, QUALITY = 1600, 82
KINDS = ("JPEG", "PNG", "WEBP")
ACCEPT = "image/jpeg,image/png,image/webp"
"""For the `accept` of a form's file field: telephones then send their own format as JPEG."""
_TOO_MANY = f"A photograph may have {MOST_PIXELS // 1_000_000} million pixels at most."
_WRONG = "This is no photograph that we can read. Send it as JPEG, PNG or WebP."


@dataclass(frozen=True, slots=True)
class Picture:
    """A photograph as we keep it: a JPEG (`mime`) with nothing but pixels, `width` x `height` px; `digest` (SHA-256, hex) names it."""

    content: bytes
    width: int
    height: int
    digest: str
    mime: str = "image/jpeg"


def read(content: bytes, *, longest: int = LONGEST_PX, where: str | None = "photo") -> Picture:
    """The photograph in these bytes, drawn anew with its longer side at most `longest` px; the same bytes give the same picture.

    Raises Refused for an empty or too large file, for too many pixels, and for what is no JPEG, PNG or WebP.
    """
    if not content:
        raise Refused("The photograph is empty. Take it again.", where=where)
    if len(content) > LARGEST:
        raise Refused(f"A photograph may have {LARGEST // 1_000_000} MB at most.", where=where)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # a bomb is told by its own size below, broken metadata is thrown away anyway
            return _drawn_anew(content, longest, where)
    except Refused:
        raise
    except Image.DecompressionBombError as error:  # so many that the library looks no further
        raise Refused(_TOO_MANY, where=where) from error
    except Exception as error:  # a decoder given hostile bytes may raise anything; to its sender all of it is one sentence
        raise Refused(_WRONG, where=where) from error


def _drawn_anew(content: bytes, longest: int, where: str | None) -> Picture:
    with Image.open(io.BytesIO(content), formats=KINDS) as sent:
        if sent.width * sent.height > MOST_PIXELS:
            raise Refused(_TOO_MANY, where=where)
        sent.draft("RGB", (longest, longest))  # a JPEG is decoded at half, a quarter or an eighth where that is enough
        upright = ImageOps.exif_transpose(sent)
        upright.thumbnail((longest, longest))
        flat = _on_white(upright)
    written = io.BytesIO()
    flat.save(written, "JPEG", quality=QUALITY, optimize=True)
    return Picture(written.getvalue(), flat.width, flat.height, hashlib.sha256(written.getvalue()).hexdigest())


def _on_white(image: Image.Image) -> Image.Image:
    """Without transparency, and without any profile or text of the file."""
    clear = image.convert("RGBA")
    flat = Image.new("RGB", clear.size, "white")
    flat.paste(clear, mask=clear.getchannel("A"))
    return flat
