"""A page as a reader meets it: its words, where its links lead, what its forms send."""

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urljoin


@dataclass
class Form:
    """A form: where it goes, how, and the fields that it sends if nobody types."""

    method: str
    action: str
    fields: dict[str, str] = field(default_factory=dict)


class Page(HTMLParser):
    """The HTML of an answer, read."""

    def __init__(self, answer: Any) -> None:
        super().__init__()
        self.answer = answer
        self.status: int = answer.status_code
        self.path = str(answer.url.raw_path.decode())
        self.links: dict[str, str] = {}
        self.forms: list[Form] = []
        self.rows: list[str] = []
        self._words: list[str] = []
        self._link = ""
        self._form: Form | None = None
        if "html" in answer.headers.get("content-type", ""):
            self.feed(answer.text)

    @property
    def text(self) -> str:
        """All words, with single spaces."""
        return " ".join(" ".join(self._words).split())

    def form(self, action: str) -> Form:
        """The form whose address ends so."""
        return next(form for form in self.forms if form.action.partition("?")[0].endswith(action))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        said = {name: value or "" for name, value in attrs}
        if tag == "a" and "href" in said:
            self._link = urljoin(self.path, said["href"])
            self.links.setdefault(self._link, "")
        elif tag == "form":
            self._form = Form(said.get("method", "get"), urljoin(self.path, said.get("action", "")))
            self.forms.append(self._form)
        elif tag == "input" and self._form is not None and "name" in said:
            self._form.fields[said["name"]] = said.get("value", "")
        elif tag == "tr":
            self.rows.append("")

    def handle_endtag(self, tag: str) -> None:
        if tag == "a":
            self._link = ""
        elif tag == "form":
            self._form = None

    def handle_data(self, data: str) -> None:
        self._words.append(data)
        if self._link:
            self.links[self._link] += data
        if self.rows:
            self.rows[-1] += data
