"""Every file of words says all that English says, with the same values, and each Chinese one only what its readers write."""

import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from stowline.core import i18n
from stowline.notifications.render import mail_dir
from stowline.portal.reader import words_dir

FOLDERS = (mail_dir() / "words", words_dir())
OTHERS = [(folder, locale) for folder in FOLDERS for locale in i18n.locales(folder) if locale != "en"]
CHINESE = [(folder, locale) for folder, locale in OTHERS if locale.startswith("zh")]
OWN = ("money.symbols", "country")
"""What a language may have and another not."""

LATIN_ALLOWED = {"PDF", "JPEG", "PNG", "WebP", "MB", "WhatsApp", "Asia", "Taipei", "Shanghai"}
"""Latin words that a Chinese reader reads as they are: file formats and their size, a product's name, examples of time zones."""

# A character that only the other script has is not in the character set of this one (Big5, GB 2312); these few are in both.
NOT_IN_HANT = set("价优体余几划坏据机极种确网网胜适里后荐听与云万惊怀愿并复")
NOT_IN_HANS = set("於後乾徵")


def said(folder: Path, locale: str) -> dict[str, Any]:
    """Each word by its dotted key; plural forms are one word."""

    def flat(entries: Any, path: str = "") -> Iterator[tuple[str, Any]]:
        if not isinstance(entries, dict) or "other" in entries or path in OWN:
            yield path, entries
            return
        for name, inner in entries.items():
            yield from flat(inner, f"{path}.{name}" if path else name)

    return dict(flat(i18n.words(folder, locale).entries))


def forms(word: Any) -> list[str]:
    """The sentences of one key."""
    if isinstance(word, dict):
        return [str(form) for form in word.values()]
    return [str(one) for one in word] if isinstance(word, list) else [str(word)]


def values_of(sentence: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(sentence) if name is not None}


def sentences(folder: Path, locale: str) -> Iterator[tuple[str, str]]:
    """What a reader reads, by key: fonts and names of languages are left out."""
    for key, word in said(folder, locale).items():
        if not key.startswith(("type.", "money.", "page.dir", "page.language")):
            yield from ((key, form) for form in forms(word))


def test_mails_and_pages_come_in_the_same_languages() -> None:
    mails, pages = (set(i18n.locales(folder)) for folder in FOLDERS)
    assert mails == pages
    assert mails >= {"en", "zh-Hans", "zh-Hant"}


@pytest.mark.parametrize(("folder", "locale"), OTHERS)
def test_every_language_has_the_keys_of_english_and_no_others(folder: Path, locale: str) -> None:
    english, other = said(folder, "en"), said(folder, locale)
    assert sorted(english.keys() - other.keys()) == [], f"{locale}.toml lacks these"
    assert sorted(other.keys() - english.keys() - set(OWN)) == [], f"en.toml lacks these, which {locale}.toml has"


@pytest.mark.parametrize(("folder", "locale"), OTHERS)
def test_every_word_fills_in_the_values_that_english_fills_in(folder: Path, locale: str) -> None:
    other = said(folder, locale)
    for key, word in said(folder, "en").items():
        if key in OWN or key.startswith("calendar."):  # a language writes days in its own order; test_chinese.py reads them
            continue
        assert isinstance(word, list) == isinstance(other[key], list), key
        wanted = values_of(word["other"] if isinstance(word, dict) else str(word))
        shown = other[key]["other"] if isinstance(other[key], dict) else str(other[key])
        assert values_of(shown) == wanted, key
        assert all(values_of(form) <= wanted for form in forms(other[key])), key


@pytest.mark.parametrize(("folder", "locale"), CHINESE)
def test_no_english_is_left_in_chinese(folder: Path, locale: str) -> None:
    left = {key: words for key, sentence in sentences(folder, locale)
            if (words := set(re.findall(r"[A-Za-z]{2,}", re.sub(r"\{[^}]*\}", "", sentence))) - LATIN_ALLOWED)}  # fmt: skip
    assert left == {}


@pytest.mark.parametrize(("folder", "locale"), CHINESE)
def test_no_character_of_the_other_script_and_no_mark_of_another_language(folder: Path, locale: str) -> None:
    charset, wrong, quotes = ("big5", NOT_IN_HANT, "“”‘’") if locale == "zh-Hant" else ("gb2312", NOT_IN_HANS, "「」『』")
    for key, sentence in sentences(folder, locale):
        strangers = {letter for letter in sentence if "\u4e00" <= letter <= "\u9fff" and (letter in wrong or not _in(letter, charset))}
        assert strangers == set(), f"{locale} {key}: {sentence}"
        assert not set(sentence) & set(quotes), f"{locale} {key}: {sentence}"
        beside = re.search(r"[\u4e00-\u9fff}][,.?!:;](?![\w{])|[\u4e00-\u9fff][ ]?[()]|[。，：；？！] ", sentence)
        assert beside is None, f"{locale} {key}: half-width marks or a space in {sentence}"


def _in(letter: str, charset: str) -> bool:
    try:
        return bool(letter.encode(charset))
    except UnicodeEncodeError:
        return False


@pytest.mark.parametrize("taken", ["訂單已成立", "预计到货后", "網路", "价格"])
def test_a_sentence_of_one_script_is_seen_in_the_other(taken: str) -> None:
    hant = [letter for letter in taken if letter in NOT_IN_HANT or not _in(letter, "big5")]
    hans = [letter for letter in taken if letter in NOT_IN_HANS or not _in(letter, "gb2312")]
    assert bool(hant) != bool(hans)
