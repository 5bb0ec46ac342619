"""What may stand on a product's page, decided on plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

MOST_SPECS, MOST_PHOTOS = 60, 12
LONGEST_SAY, LONGEST_GUIDE, LONGEST_SOLD_AS, LONGEST_SPEC = 4_000, 6_000, 120, 300
SMALL_PX = 480


@dataclass(frozen=True, slots=True)
class Words:
    """A product in one language; without any, the language is left out of its page."""

    say: str = ""
    sold_as: str = ""
    guide: str = ""
    specs: Sequence[Sequence[str]] = ()

    @property
    def are_none(self) -> bool:
        """Whether nothing is said."""
        return not (self.say or self.sold_as or self.guide or self.specs)


NO_WORDS = Words()


def specs(said: str) -> list[list[str]]:
    """Rows of [what, value] from text, one a line or between bars: "Colour: ash". Raises ValueError with the line that is none."""
    rows = [line.strip() for part in said.splitlines() for line in part.split("|") if line.strip()]
    return checked([_pair(line) for line in rows])


def _pair(line: str) -> list[str]:
    what, colon, value = line.replace("：", ":", 1).partition(":")
    if not colon:
        raise ValueError(f"“{line[:60]}” has no colon. Write each row as “Colour: ash”.")
    return [what.strip(), value.strip()]


def checked(rows: Sequence[Sequence[str]]) -> list[list[str]]:
    """The same rows, if each has both sides. Raises ValueError with a sentence."""
    if len(rows) > MOST_SPECS:
        raise ValueError(f"A product has at most {MOST_SPECS} rows of what it is made of.")
    for row in rows:
        if len(row) != 2 or not all(side.strip() for side in row):
            raise ValueError("Each row says what and how much, such as “Colour: ash”.")
        if any(len(side) > LONGEST_SPEC or not side.isprintable() for side in row):
            raise ValueError(f"Each side of a row has at most {LONGEST_SPEC} characters, all printable.")
    return [[side.strip() for side in row] for row in rows]


def best(held: Mapping[str, object], *wanted: str) -> str:
    """Which of the languages held is read: the first wanted one that is there (zh-Hant-TW reads zh-Hant), else English,
    else the first by name; "" where there is none.
    """
    for locale in (*wanted, "en"):
        parts = locale.split("-")
        for n in range(len(parts), 0, -1):
            if "-".join(parts[:n]) in held:
                return "-".join(parts[:n])
    return min(held, default="")
