"""In which languages a product is described, and what they are called."""

from collections.abc import Iterable

from stowline.core import i18n
from stowline.portal.reader import words_dir


def languages(held: Iterable[str], of_stores: Iterable[str]) -> list[str]:
    """Those that pages can be read in, those of stores, and those in which something is written; English first."""
    found = {*i18n.locales(words_dir()), *of_stores, *held}
    return sorted(found, key=lambda one: (one != "en", one))


def named(locale: str) -> str:
    """A language by its own name where pages can be read in it, else its code."""
    return i18n.words(words_dir(), locale).text("page.language") if locale in i18n.locales(words_dir()) else locale
