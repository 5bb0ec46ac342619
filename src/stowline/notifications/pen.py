"""What templates write dates, amounts and lists with, in the reader's language and the order's time zone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from stowline.core import i18n


@dataclass(frozen=True, slots=True)
class Pen:
    """Dates, amounts and lists, written in the reader's language and the order's time zone. Templates call it `f`."""

    words: i18n.Words
    zone: str
    now: datetime

    def day(self, value: date | datetime | str) -> str:
        """ "Saturday 28 November"."""
        return i18n.day_name(i18n.local_date(value, self.zone), self.words, this_year=self._year())

    def time(self, value: datetime | str) -> str:
        """ "16:27"."""
        return i18n.clock_time(value, self.zone, self.words)

    def range(self, window: Mapping[str, Any]) -> str:
        """ "26 to 30 November", from {"from", "to"}."""
        first, last = (i18n.local_date(window[end], self.zone) for end in ("from", "to"))
        return i18n.day_range(first, last, self.words, this_year=self._year())

    def window(self, lines: Sequence[Mapping[str, Any]]) -> dict[str, date] | None:
        """The window that holds all the lines' `expected` windows; None as soon as one line has no date."""
        windows = [line["expected"] for line in lines]
        if not windows or not all(windows):
            return None
        first = min(i18n.local_date(window["from"], self.zone) for window in windows)
        return {"from": first, "to": max(i18n.local_date(window["to"], self.zone) for window in windows)}

    def money(self, minor: int, currency: str) -> str:
        """ "€12.50", from minor units."""
        return i18n.money(minor, currency, self.words)

    def major(self, minor: int, currency: str) -> str:
        """ "12.50", for machines."""
        return i18n.major(minor, currency)

    def units(self, lines: Sequence[Mapping[str, Any]]) -> int:
        """How many units the lines hold together."""
        return sum(int(line["quantity"]) for line in lines)

    def lines_of(self, address: str | Sequence[str]) -> list[str]:
        """An address as lines without empty ones, from a list or from one line of text."""
        return [line.strip() for line in ([address] if isinstance(address, str) else address) if line.strip()]

    def iso(self, value: datetime | str) -> str:
        """A moment for machines, with the offset of the order's time zone."""
        return i18n.moment(value).astimezone(i18n.zone_named(self.zone)).isoformat(timespec="seconds")

    def iso_day(self, value: date | datetime | str) -> str:
        """A day for machines."""
        return i18n.local_date(value, self.zone).isoformat()

    def _year(self) -> int:
        return i18n.local_date(self.now, self.zone).year
