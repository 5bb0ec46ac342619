"""The shopper's language and clock: the page's words, and days and money as that language writes them."""

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from stowline.core import clock, i18n
from stowline.core.config import asset_dir
from stowline.notifications.render import mail_dir


def words_dir() -> Path:
    """Where the page's languages are, one file each."""
    return asset_dir("templates") / "shop" / "words"


@dataclass(frozen=True, slots=True)
class Reader:
    """Who reads: their language (of those that there are) and their time zone."""

    words: i18n.Words
    calendar: i18n.Words
    zone: str

    @classmethod
    def of(cls, locale: str, zone: str) -> "Reader":
        """The reader of an order's frozen locale and time zone."""
        words = i18n.words(words_dir(), locale)
        return cls(words, i18n.words(mail_dir() / "words", words.locale), zone)

    def say(self, key: str, /, **values: object) -> str:
        """The words at a key."""
        return self.words.text(key, **values)

    def together(self, *sentences: str) -> str:
        """Sentences one after the other, spaced as the language spaces them; empty ones are left out."""
        return str(self.calendar.entry("type.gap")).join(one for one in sentences if one)

    def day(self, when: datetime) -> str:
        """ "Saturday 28 November"."""
        return i18n.day_name(i18n.local_date(when, self.zone), self.calendar, this_year=self._year())

    def date(self, on: date) -> str:
        """ "Saturday 28 November", of a day that somebody named by the reader's own calendar."""
        return i18n.day_name(on, self.calendar, this_year=self._year())

    def moment(self, when: datetime) -> str:
        """ "Saturday 28 November, 16:27"."""
        return self.say("page.moment", day=self.day(when), time=i18n.clock_time(when, self.zone, self.calendar))

    def window(self, window: dict[str, Any]) -> str:
        """ "3 to 7 December"."""
        first, last = date.fromisoformat(window["from"]), date.fromisoformat(window["to"])
        return i18n.day_range(first, last, self.calendar, this_year=self._year())

    def money(self, minor: int, currency: str) -> str:
        """ "€84.00"."""
        return i18n.money(minor, currency, self.calendar)

    def frame(self) -> dict[str, Any]:
        """What the page's frame and templates are drawn with: `lang`, `dir` and `t`."""
        return {"lang": self.words.locale, "dir": self.words.entry("page.dir"), "t": self.words.text}

    def _year(self) -> int:
        return i18n.local_date(clock.now(), self.zone).year
