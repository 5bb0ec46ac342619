"""Texts that attack whoever draws them, and how to tell whether one of them came alive.

Every text carries MARK. Drawn as text it may stand anywhere; as the name of an element or attribute, in a script, a style or
an address it is alive. `live` reads a page as a browser does and names the places; it is what tests assert to be empty.
"""

from html.parser import HTMLParser

MARK = "pwned"
PAYLOADS: tuple[str, ...] = (
    "<script>pwned(1)</script>",
    '"><img src=x onerror=pwned(2)>',
    "'><svg/onload=pwned(3)>",
    "</textarea><script>pwned(4)</script>",
    '</title></style><svg onload="pwned(5)">',
    "{{ pwned_6 }} {% set pwned_6 = 1 %} ${pwned(6)} #{pwned(6)}",
    "javascript:pwned(7)",
    '<a href="javascript:pwned(8)">look</a>',
    '<iframe srcdoc="<script>pwned(9)</script>"></iframe>',
    "<math><mtext></form><form><mglyph><style></math><img src onerror=pwned(10)>",
    "&lt;script&gt;pwned(11)&lt;/script&gt; &#60;script&#62;pwned(11)",
    "--><script>pwned(12)</script><!--",
    "]]><script>pwned(13)</script>",
    "\u202e<b onmouseover=pwned(14)>evil\u202c",
    "<style>@import '//pwned.example/15'</style>",
    '<para><font color="red">pwned 16</font><img src="file:///etc/pwned"/></para>',
    "<mj-raw><script>pwned(17)</script></mj-raw>",
    '<base href="//pwned.example/18"><meta http-equiv=refresh content="0;url=//pwned.example">',
    '=HYPERLINK("http://pwned.example/19")',
    '\\"-pwned(20)-\\"',
)
"""What shoppers may type into any field of prose. Each is at most 100 characters."""
ONE = "\"'><svg/onload=pwned(0)><script>pwned(0)</script>{{ pwned_0 }}"
"""All of the usual in one, for fields that are tried once."""
_ADDRESSES = frozenset({"href", "src", "srcset", "action", "formaction", "srcdoc", "style", "data", "poster", "background", "cite", "xlink:href", "http-equiv"})


class _Eye(HTMLParser):
    """Reads a page and keeps where MARK stands as more than text. `srcdoc` is read as the page that it is."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self._raw = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if MARK in tag:
            self.found.append(f"<{tag}>")
        for name, value in attrs:
            self._attribute(tag, name, value or "")
        self._raw = "data" if said_as_data(tag, attrs) else tag if tag in ("script", "style") else ""

    def _attribute(self, tag: str, name: str, value: str) -> None:
        if name == "srcdoc":
            self.found += live(value)
        elif MARK in name or (MARK in value and (name.startswith("on") or (name in _ADDRESSES and not _is_query(value)))):
            self.found.append(f"<{tag} {name}={value[:60]}>")

    def handle_endtag(self, tag: str) -> None:
        self._raw = ""

    def handle_data(self, data: str) -> None:
        if self._raw and MARK in data and (self._raw != "data" or "<" in data):
            self.found.append(f"<{self._raw}> {data[:60]}")


def said_as_data(tag: str, attrs: list[tuple[str, str | None]]) -> bool:
    """Whether it is a script that nobody runs: what search engines and mail programs read. Without a "<" nothing can end it."""
    return tag == "script" and ("type", "application/ld+json") in attrs


def _is_query(address: str) -> bool:
    """Whether it stands behind the path of an address of ours, or in the subject of a mail, percent-encoded."""
    before, _, after = address.partition("?")
    return MARK not in before and not set(after) & set("<>\"'")


def live(page: str) -> list[str]:
    """Where MARK came alive in this page or mail; none is what every page owes."""
    eye = _Eye()
    eye.feed(page)
    eye.close()
    return eye.found


def cut(payload: str, longest: int) -> str:
    """As much of it as fits a short field."""
    return payload[:longest]
