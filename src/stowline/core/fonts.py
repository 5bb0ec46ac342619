"""Which font draws which letters: one text in several scripts becomes runs, and no letter becomes an empty box.

Latin, Greek, Cyrillic and (unshaped) Devanagari: Noto Sans. Arabic, Hebrew, Thai and Han, kana and Hangul: a font of
their own. A letter that no font has is drawn as its compatibility form (a mathematical letter as a plain one), else
as U+FFFD, the sign for a letter that was lost. Fonts are read once in a process, when a text first needs them.
"""

import re
import unicodedata
from functools import lru_cache
from threading import RLock
from typing import NamedTuple

from arabic_reshaper import reshape
from bidi import get_display
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.ttfonts import TTFont

from stowline.core.config import asset_dir

LOST = "\N{REPLACEMENT CHARACTER}"
LONGEST = 2000  # characters of one text that are looked at; no page has room for more

_FILES = {
    "sans": "NotoSans",
    "hebrew": "Heebo",
    "arabic": "NotoSansArabic",
    "thai": "NotoSansThai",
    "sc": "NotoSansSC",
    "tc": "NotoSansTC",
    "jp": "NotoSansJP",
    "kr": "NotoSansKR",
}
_SMALL = ("sans", "hebrew", "arabic", "thai")
_HAN = ("sc", "tc", "jp", "kr")
_HAN_OF = {"CN": "sc", "SG": "sc", "TW": "tc", "HK": "tc", "MO": "tc", "JP": "jp", "KR": "kr"}

_NON_JOINER = "\u200c"  # keeps two Arabic letters apart; needed until the letters are shaped
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TALL = re.compile("[\u0600-\u08ff\u0900-\u0e7f\ufb50-\ufdff\ufe70-\ufefc]")
_KANA = re.compile("[\u3040-\u30ff\u31f0-\u31ff\uff66-\uff9f]")
_HANGUL = re.compile("[\u1100-\u11ff\u3130-\u318f\uac00-\ud7af]")
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff]")
_SHORT_I = re.compile("([\u0915-\u0939\u0958-\u095f]\u093c?)\u093f")
_CLOSES = {"(": ")", "[": "]", "{": "}", "<": ">", "«": "»", "‹": "›"}
_OPENS = {closing: opening for opening, closing in _CLOSES.items()}
_PLAIN = re.compile("[ -~]*")
_loading = RLock()


class Run(NamedTuple):
    """Letters of one font in the order they are drawn, left to right.

    `width` is in points at size 1. `heavy` asks for an outline, where a font has no bold of its own.
    """

    font: str
    text: str
    width: float
    heavy: bool = False


@lru_cache(maxsize=16)
def face(key: str, *, bold: bool = False) -> TTFont:
    """The font of this key ("sans", "sc", …), registered with reportlab under its file's name."""
    name = f"{_FILES[key]}-{'Bold' if bold and key in _SMALL else 'Regular'}"
    with _loading:
        if name not in pdfmetrics.getRegisteredFontNames():
            path = asset_dir("static") / "fonts" / f"{name}.ttf"
            pdfmetrics.registerFont(TTFont(name, str(path), asciiReadable=False))
    return pdfmetrics.getFont(name)


def has(key: str, letter: str) -> bool:
    """Whether the font of this key has a glyph for the letter."""
    return ord(letter) in face(key).face.charToGlyph


def clean(text: str) -> str:
    """The text in one line: composed, white space single, controls and marks without a glyph of their own dropped.

    Direction overrides go with them: an address must not be able to turn the next line round.
    """
    text = text[:LONGEST]
    if _PLAIN.fullmatch(text):
        return " ".join(text.split())
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(map(_kept, composed)).split())


def _kept(letter: str) -> str:
    if letter.isspace():
        return " "
    if letter == _NON_JOINER:
        return letter
    if unicodedata.category(letter) in ("Cc", "Cf", "Cs") or _is_variation(letter):
        return ""
    return letter


def _is_variation(letter: str) -> bool:
    """Selectors of a glyph variant or of a skin tone: nothing to draw without the letter before."""
    return "\ufe00" <= letter <= "\ufe0f" or "\U0001f3fb" <= letter <= "\U0001f3ff" or letter >= "\U000e0000"


def runs(text: str, *, bold: bool = False, region: str = "") -> tuple[Run, ...]:
    """One line of text as runs in drawing order, Arabic joined and right-to-left text turned round.

    `region` is an ISO country code: it settles whose forms of the Han characters are drawn.
    """
    return _kept_runs(text, bold, region) if len(text) <= 120 else _runs(text, bold=bold, region=region)


@lru_cache(maxsize=4096)
def _kept_runs(text: str, bold: bool, region: str) -> tuple[Run, ...]:  # noqa: FBT001 - a cache key
    """What a name or a heading became is kept; long texts are not, so that memory stays flat."""
    return _runs(text, bold=bold, region=region)


def _runs(text: str, *, bold: bool, region: str) -> tuple[Run, ...]:
    line = clean(text)
    if not line:
        return ()
    if _PLAIN.fullmatch(line):
        return (_run("sans", line, bold=bold),)
    order = _SMALL + _han_order(line, region)
    pairs = [_choose(letter, order) for letter in _visual(line) if letter != _NON_JOINER]
    return tuple(_run(key, letters, bold=bold) for key, letters in _joined(pairs))


def measure(text: str, size: float, *, bold: bool = False, region: str = "") -> float:
    """The width of one line in points."""
    return size * sum(run.width for run in runs(text, bold=bold, region=region))


def leading(text: str) -> float:
    """The least line height as a multiple of the size: Arabic, Thai and Devanagari reach higher and lower."""
    return 1.5 if _TALL.search(text) else 1.25


def loses(text: str, region: str = "") -> bool:
    """Whether some letter of the text can only be drawn as the sign for a lost one."""
    return LOST not in text and any(LOST in run.text for run in runs(text, region=region))


def _visual(line: str) -> str:
    """Letters in drawing order: the bidirectional algorithm for right-to-left lines, the short i of Devanagari first."""
    if _RTL.search(line):
        return _mirrored(get_display(reshape(line)))
    return _SHORT_I.sub("\u093f\\1", line)


def _mirrored(visual: str) -> str:
    """Brackets turned where they stand in right-to-left text, which python-bidi's quick way leaves to us.

    There a pair comes out closing first; a pair of a left-to-right part comes out as it was.
    """
    letters = list(visual)
    opened: list[str] = []
    early: list[int] = []
    for at, letter in enumerate(letters):
        if letter in _OPENS:
            if _OPENS[letter] in opened:
                opened.remove(_OPENS[letter])
            else:
                early.append(at)
        elif letter in _CLOSES:
            partner = next((place for place in reversed(early) if letters[place] == _CLOSES[letter]), None)
            if partner is None:
                opened.append(letter)
            else:
                early.remove(partner)
                letters[partner], letters[at] = letter, letters[partner]
    return "".join(letters)


def _han_order(line: str, region: str) -> tuple[str, ...]:
    """The Han fonts, best first: by country, by kana or Hangul beside them, else by who has most of the letters."""
    first = _HAN_OF.get(region.upper())
    if first is None and _KANA.search(line):
        first = "jp"
    if first is None and _HANGUL.search(line):
        first = "kr"
    if first is None:
        letters = _IDEOGRAPH.findall(line)
        first = max(_HAN[:3], key=lambda key: sum(has(key, letter) for letter in letters)) if letters else "sc"
    return (first, *(key for key in _HAN if key != first))


def _choose(letter: str, order: tuple[str, ...]) -> tuple[str, str]:
    """The font for a letter, and the letters to draw: its compatibility form or the lost sign if none has it."""
    key = next((key for key in order if has(key, letter)), None)
    if key:
        return key, letter
    plain = unicodedata.normalize("NFKC", letter)
    key = next((key for key in order if plain and all(has(key, part) for part in plain)), None)
    return (key, plain) if key else ("sans", LOST)


def _joined(pairs: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbours of one font as one run; a space stays with the letters before it; lost neighbours are one sign."""
    joined: list[tuple[str, str]] = []
    for key, letters in pairs:
        last_key, last = joined[-1] if joined else ("", "")
        if letters == LOST and last.endswith(LOST):
            continue
        if key == last_key or (letters == " " and joined):
            joined[-1] = (last_key, last + letters)
        else:
            joined.append((key, letters))
    return joined


def _run(key: str, letters: str, *, bold: bool) -> Run:
    font = face(key, bold=bold)
    widths, default = font.face.charWidths, font.face.defaultWidth
    width = sum(widths.get(ord(letter), default) for letter in letters) / 1000
    return Run(font.fontName, letters, width, heavy=bold and key in _HAN)
