"""A reply's own words: without the mail it quotes, the sender's signature, and marks that could deceive a reader. Pure."""

import re
import unicodedata
from html.parser import HTMLParser

LONGEST = 8000
_WROTE = re.compile(
    r"^\s*(?:on\b.{4,200}\bwrote|am\b.{4,200}\bschrieb.{0,120}|le\b.{4,200}a écrit|el\b.{4,200}escribió|(?:在|於|于)?.{4,200}(?:写道|寫道|撰寫|撰写|來信|来信))\s*[:：]\s*$",
    re.IGNORECASE,
)
_WROTE_BEGINS = re.compile(r"^\s*(?:(?:on|am|le|el)\b|在|於|于|\d{4})", re.IGNORECASE)
_HISTORY = re.compile(
    r"^\s*(?:-{2,}\s*(?:original message|forwarded message|原始郵件|原始邮件|原邮件|原郵件|转发的?邮件|轉寄的?郵件)\s*-{2,}|_{10,})\s*$|"
    r"^\s*\**(?:from|von|de|发件人|寄件者|寄件人|發件人)\s*[:：]\**\s*\S.*@",
    re.IGNORECASE,
)
_SIGNATURE = re.compile(
    r"^(?:-- ?|\s*(?:sent from my|sent from (?:outlook|mail)|get outlook for|发自我的|發自我的|從我的.{1,20}傳送|来自我的|來自我的).{0,80})$", re.IGNORECASE
)
_QUOTED = re.compile(r"^\s*[>＞|]")


def own_words(said: str, longest: int = LONGEST) -> str:
    """What the sender wrote themselves; all of it where everything looks quoted."""
    lines = clean(said).split("\n")
    kept = "\n".join(_own(lines))
    whole = kept if kept.strip() else "\n".join(lines)
    tidy = re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in whole.split("\n"))).strip()
    return tidy if len(tidy) <= longest else tidy[: longest - 1] + "…"


def _own(lines: list[str]) -> list[str]:
    """Lines up to the history; where that is marked line by line, those below it too (an answer under the quotation)."""
    kept: list[str] = []
    for n, line in enumerate(lines):
        if _HISTORY.match(line) or _SIGNATURE.match(line):
            break
        if _QUOTED.match(line):
            continue
        length = _wrote(lines, n)
        if length and not _quoted_below(lines, n + length):
            break
        if not length and not (n and _wrote(lines, n - 1) == 2):
            kept.append(line)
    return kept


def _wrote(lines: list[str], n: int) -> int:
    """How many lines "On … wrote:" takes here, 0 to 2: mail programs break it."""
    if _WROTE.match(lines[n]):
        return 1
    if n + 1 < len(lines) and _WROTE_BEGINS.match(lines[n]) and _WROTE.match(f"{lines[n]} {lines[n + 1]}"):
        return 2
    return 0


def _quoted_below(lines: list[str], n: int) -> bool:
    return next((bool(_QUOTED.match(line)) for line in lines[n:] if line.strip()), False)


def clean(said: str) -> str:
    """Text without control characters and without what turns the writing round or cannot be seen; lines stay."""
    plain = said.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").replace("\u2028", "\n").replace("\u2029", "\n")
    return "".join(one for one in plain if one == "\n" or one in _JOINERS or unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co"))


_JOINERS = "\u200c\u200d"  # letters of Persian, Hindi and others need them; they hide and turn nothing


def one_line(said: str, longest: int) -> str:
    """The same on one line, cut."""
    line = " ".join(clean(said).split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


# -- mails that come as HTML alone -------------------------------------------------------------------------------------

_HIDDEN = frozenset({"script", "style", "head", "blockquote", "title"})
_BREAKS = frozenset({"p", "div", "br", "tr", "li", "h1", "h2", "h3", "table", "ul", "ol"})
_VOID = frozenset({"br", "img", "hr", "meta", "link", "input", "area", "base", "col", "embed", "source", "track", "wbr"})


class _Words(HTMLParser):
    """The text that is seen; quotations (blockquote, gmail_quote) are left out with all that is in them."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.said: list[str] = []
        self._open: list[str] = []
        self._hidden = 0  # how deep the outermost hidden element stands, 0 for none

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """An element begins."""
        if tag in _BREAKS and not self._hidden:
            self.said.append("\n")
        if tag in _VOID or len(self._open) > 500:
            return
        self._open.append(tag)
        quoted = any(name in ("class", "id") and "quote" in (value or "").lower() for name, value in attrs)
        if not self._hidden and (tag in _HIDDEN or quoted):
            self._hidden = len(self._open)

    def handle_endtag(self, tag: str) -> None:
        """An element ends, and with it those inside that were left open."""
        if tag not in self._open:
            return
        while self._open.pop() != tag:
            pass
        if len(self._open) < self._hidden:
            self._hidden = 0
        if tag in _BREAKS and not self._hidden:
            self.said.append("\n")

    def handle_data(self, data: str) -> None:
        """Text."""
        if not self._hidden:
            self.said.append(" ".join(f".{data}.".split())[1:-1])


def words_of_html(html: str) -> str:
    """The text of an HTML mail, a line for each paragraph."""
    reader = _Words()
    reader.feed(html[:400_000])
    reader.close()
    return "".join(reader.said)
