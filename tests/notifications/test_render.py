"""Every mail in every language, with strict names, hostile names, and in a browser by day and by night."""

import json
import re
from copy import deepcopy
from dataclasses import replace
from datetime import UTC, date, datetime
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from stowline.core import clock, i18n
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.colours import contrast, readable
from stowline.notifications.render import Brand, Rendered, RenderFailed, kinds, mail_dir, render, sample
from stowline.notifications.rules import KINDS

KILN = Brand(
    name="Kiln & Cup",
    from_address="hello@kiln.example",
    reply_to="care@kiln.example",
    address_line="14 Rue du Four, 57000 Metz",
    support_email="help@kiln.example",
    url="https://kiln.example",
)
NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
WORDS_DIR = mail_dir() / "words"
EN = i18n.words(WORDS_DIR, "en")
EVERY_MAIL = [(kind, locale) for kind in kinds() for locale in i18n.locales(WORDS_DIR)]
LOOK_OF = {"coupon": {"look": "coupon"}, "referral": {"look": "coupon"}, "similar": {"look": "similar"}}


def written(kind: str, *, locale: str = "en", brand: Brand = KILN, **changes: Any) -> Rendered:
    return render(kind, locale=locale, brand=brand, data=sample(kind) | changes, now=NOW)


def paths(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The ways to every key inside a sample."""
    if isinstance(value, dict):
        return [found for key, inner in value.items() for found in [(*path, key), *paths(inner, (*path, key))]]
    if isinstance(value, list):
        return [found for at, inner in enumerate(value) for found in paths(inner, (*path, at))]
    return []


def without(facts: Any, path: tuple[Any, ...]) -> Any:
    facts = deepcopy(facts)
    place = facts
    for step in path[:-1]:
        place = place[step]
    del place[path[-1]]
    return facts


def with_text_everywhere(value: Any, text: str) -> Any:
    """The sample with every free text in it replaced; dates, zones, currencies and links stay."""
    if isinstance(value, dict):
        fixed = ("zone", "currency", "placed_at", "handed_over_at", "status_url", "from", "to", "url", "until", "since", "leave_url", "what", "sent_at",
                 "at", "received_at", "delivered_at", "refunded_at", "unsubscribe_url", "problem_url", "review_url", "photo_url", "look", "grade", "outcome")  # fmt: skip
        return {key: inner if key in fixed else with_text_everywhere(inner, text) for key, inner in value.items()}
    if isinstance(value, list):
        return [with_text_everywhere(inner, text) for inner in value]
    return text if isinstance(value, str) else value


class Markup(HTMLParser):
    """Names the tags and attributes, and keeps the linked data."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str]] = []
        self.data = ""
        self._in_data = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(name, value or "") for name, value in attrs]
        self._in_data = tag == "script"

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.data += data

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False


# -- every template, every language


def test_each_kind_has_templates_a_sample_and_a_place_in_the_catalogue() -> None:
    assert set(kinds()) == set(KINDS) == set(CATALOGUE)
    for kind in kinds():
        names = {path.name for path in (mail_dir() / kind).iterdir()}
        assert names >= {"subject.txt", "body.mjml", "body.txt", "short.txt", "sample.json"}


@pytest.mark.parametrize(("kind", "locale"), EVERY_MAIL)
def test_every_mail_can_be_written_in_every_language(kind: str, locale: str) -> None:
    mail = written(kind, locale=locale)
    about = [sample(kind).get(name) for name in ("order_ref", "product", "headline")]
    assert any(one and one in mail.subject for one in about) or "Kiln" in mail.subject or kind == "win-back"
    assert mail.html.startswith("<!doctype html>")
    for part in (mail.html, mail.text):
        assert "Kiln" in part
        assert "14 Rue du Four, 57000 Metz" in part
    assert sample(kind).get("status_url", "") in mail.text  # a supplier has no page here
    assert sample(kind).get("status_url", "") in mail.short
    for part in (mail.subject, mail.html, mail.text, mail.short):
        assert "None" not in part
        assert not re.search(r"\{\{|\{%|\{[a-z_]+\}", part)


@pytest.mark.parametrize("kind", kinds())
def test_no_fact_is_missing_silently(kind: str) -> None:
    """Take any one fact away: the mail is written without it on purpose, or it fails; it never shows a gap."""
    may_be_absent = {*CATALOGUE[kind].may_lack, "zone"}
    for path in paths(sample(kind)):
        facts = without(sample(kind) | LOOK_OF.get(path[0], {}), path)
        if len(path) == 1 and path[0] in may_be_absent:
            render(kind, locale="en", brand=KILN, data=facts, now=NOW)
        else:
            with pytest.raises(RenderFailed, match=kind):
                render(kind, locale="en", brand=KILN, data=facts, now=NOW)


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(RenderFailed, match="There is no message named"):
        render("../words", locale="en", brand=KILN, data={})


@pytest.mark.parametrize(
    "wrong",
    [{"placed_at": "yesterday"}, {"placed_at": "2026-11-26T08:12:00"}, {"zone": "Mars/Olympus"}, {"total_minor": "x"},
     {"lines": None}, {"status_url": "javascript:alert(1)"}, {"status_url": "https://a b"},
     {"currency": "QQQ"}],
)  # fmt: skip
def test_a_fact_that_is_none_is_an_alarm(wrong: dict[str, Any]) -> None:
    with pytest.raises(RenderFailed, match="order-confirmed"):
        written("order-confirmed", **wrong)


# -- what each must say


def test_the_confirmation_says_what_how_much_when_where_and_what_waits() -> None:
    mail = written("order-confirmed")
    assert mail.subject == "Your order 1042 is confirmed"
    for part in (mail.text, mail.html):
        for said in ("Mug, blue", "€43.50", "€199.50", "Thursday 26 November", "44000 Nantes", "1 waits for stock"):
            assert said in part


def test_a_kit_is_one_line_with_its_parts_below() -> None:
    mail = written("order-confirmed")
    assert "1 × Gift box, blue (GIFT-BLUE), €32.00\n    2 × Mug, blue\n    1 × Box with ribbon\n" in mail.text
    assert "2 × <bdi>Mug, blue</bdi>" in mail.html
    many = sample("order-confirmed")["lines"][3] | {"parts": [{"name": f"Part {n}", "quantity": 1} for n in range(50)]}
    crowded = written("order-confirmed", lines=[many])
    assert "Part 5" in crowded.html
    assert "Part 6" not in crowded.html
    assert crowded.text.count("1 × Part ") == 50


def test_a_confirmation_with_a_promise_has_the_date_as_its_headline() -> None:
    mail = written("order-confirmed", promise={"from": "2026-12-03", "to": "2026-12-05"}, waits=False)
    assert ">Arrives 3 to 5 December</h1>" in mail.html
    assert "waits for stock. We write" not in mail.text


def test_the_shipped_mail_names_the_parcel_the_hour_on_the_shoppers_clock_and_what_is_owed() -> None:
    mail = written("shipped")
    assert mail.subject == "Parcel 1 of your order 1042 is on its way"
    for part in (mail.text, mail.html):
        for said in ("Arrives Saturday 28 November", "parcel 1 of 2", "DHL on Friday 27 November at 16:27",
                     "JJD0003 9021 7745", "expected to leave our warehouse 26 to 30 November", "no date yet", "Rue des Carmes 8"):  # fmt: skip
            assert said in part


def test_an_order_in_one_parcel_is_not_counted_and_a_parcel_without_number_shows_none() -> None:
    parcel = sample("shipped")["parcel"] | {"n": 1, "of": 1, "tracking": None}
    mail = written("shipped", parcel=parcel, still_to_come=[], arrives=None)
    assert mail.subject == "Your order 1042 is on its way"
    assert "tracking number" not in mail.html + mail.text
    assert "Still to come" not in mail.html + mail.text
    assert ">Your parcel is on its way</h1>" in mail.html


def test_a_parcel_whose_carrier_has_no_name_was_still_handed_to_somebody() -> None:
    mail = written("shipped", parcel=sample("shipped")["parcel"] | {"carrier": ""})
    assert "we handed your parcel to the carrier on Friday" in mail.text


def test_the_notice_is_frank_when_there_is_no_date() -> None:
    undated = [line | {"expected": None} for line in sample("backorder-notice")["waiting"]]
    mail = written("backorder-notice", waiting=undated)
    assert ">No date yet</h1>" in mail.html
    assert "no date yet" in mail.short
    assert "We have no date yet that we could stand behind" in mail.text


def test_the_notice_has_the_range_as_its_headline_when_every_line_has_one() -> None:
    line = sample("backorder-notice")["waiting"][0]
    later = line | {"expected": {"from": "2026-12-01", "to": "2026-12-03"}}
    mail = written("backorder-notice", waiting=[line, later])
    assert ">Expected to leave our warehouse 26 November to 3 December</h1>" in mail.html
    assert "number 3 in line" in mail.text


def test_the_notice_says_the_reason_that_it_is_given() -> None:
    mail = written("backorder-notice", why="The kiln <broke>.", next_step="A new one comes on Monday.")
    assert "The kiln &lt;broke&gt;." in mail.html
    assert "The kiln <broke>." in mail.text
    assert "A new one comes on Monday." in mail.text


def test_one_item_is_not_items() -> None:
    one = sample("backorder-notice")["waiting"][:1]
    assert written("backorder-notice", waiting=one).subject == "One item of your order 1042 has to wait"
    assert written("backorder-notice").subject == "2 items of your order 1042 have to wait"


@pytest.mark.parametrize("kind", kinds())
def test_why_one_got_this_stands_at_the_foot(kind: str) -> None:
    mail = written(kind)
    body, foot = mail.text.rsplit("\n--\n", 1)
    assert sample(kind).get("status_url", "What we ask of you") in body
    assert foot.startswith("You get this because")
    assert "You get this because" in mail.html[-3500:]


# -- hostile and unusual text

HOSTILE = [
    '<script>alert("x")</script>',
    "</script><img src=x onerror=alert(1)>",
    '" onclick="alert(1)',
    "{{ brand.from_address }}{% raw %}{x}",
    "</mj-text></mj-column><mj-include path='/etc/passwd' />",
    "]]> <!-- --> <![CDATA[ &amp; &lt; &#0;",
    "اسم طويل جدا \u202e مقلوب",
    "茶壺" * 150,
    "W" * 300,
    "a\r\nb\x00c\x1b[31m\ud800\u2028d",
    "",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
@pytest.mark.parametrize("kind", kinds())
def test_no_text_becomes_markup_a_header_or_a_turned_line(kind: str, text: str) -> None:
    usual = Markup(written(kind, brand=replace(KILN, support_email="help@kiln.example")).html)
    brand = Brand(text, "hello@kiln.example", accent=text, address_line=text, support_email=text, url="")
    mail = render(kind, locale=text, brand=brand, data=with_text_everywhere(sample(kind), text), now=NOW)
    got = Markup(mail.html)
    assert set(got.tags) <= set(usual.tags)
    assert got.tags.count("script") == 1
    assert {name for name, _ in got.attributes} <= {name for name, _ in usual.attributes}
    assert json.loads(got.data)["@context"] == "https://schema.org"
    assert "\n" not in mail.subject + mail.short
    assert "\r" not in mail.text
    for part in (mail.subject, mail.html, mail.text, mail.short):
        assert not re.search("[\x00\x1b\ud800\u2028\u202e]", part)
        part.encode()


@pytest.mark.parametrize("kind", kinds())
def test_a_long_name_is_cut_where_there_is_one_line_only(kind: str) -> None:
    mail = written(kind, order_ref="訂" * 300)
    assert len(mail.subject) <= 120
    assert len(written(kind, brand=replace(KILN, name="K" * 300)).short) < 250


def test_an_order_of_five_hundred_lines_stays_below_the_size_at_which_mail_is_cut_off() -> None:
    line = {
        "name": "Mug, blue " * 3,
        "sku": "MUG-BLUE",
        "quantity": 1,
        "total_minor": 100,
        "waits": 0,
        "expected": None,
        "instead": [],
        "parts": [],
    }
    mail = written("order-confirmed", lines=[line] * 500)
    assert len(mail.html.encode()) < 102_000
    assert "and 450 more lines, all listed on your order page" in mail.html
    assert mail.text.count("MUG-BLUE") == 500
    report = written(
        "delivery-report", lines=[{"what": "short", "name": "Mug", "sku": "MUG", "quantity": 1, "photos": 0}] * 60
    )
    assert "and 10 more, all in the report" in report.html


# -- linked data


def test_the_linked_data_is_an_order_and_a_parcel() -> None:
    order = json.loads(Markup(written("order-confirmed").html).data)
    assert (order["@type"], order["orderNumber"], order["price"], order["priceCurrency"]) == (
        "Order",
        "1042",
        "199.50",
        "EUR",
    )
    assert order["orderDate"] == "2026-11-26T09:12:00+01:00"
    assert [offer["eligibleQuantity"]["value"] for offer in order["acceptedOffer"]] == [3, 1, 2, 1]
    parcel = json.loads(Markup(written("shipped").html).data)
    assert (parcel["@type"], parcel["trackingNumber"]) == ("ParcelDelivery", "JJD0003 9021 7745")
    assert parcel["expectedArrivalUntil"] == "2026-11-28"
    assert parcel["partOfOrder"]["orderNumber"] == "1042"


# -- in a browser


@pytest.mark.parametrize("width", [600, 390, 320])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_mail_fits_every_screen_reads_by_day_and_night_and_fetches_nothing(
    browser: Browser, scheme: Any, width: int, tmp_path: Path
) -> None:
    context = browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 800})
    page = context.new_page()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    long = [
        {
            "name": "W" * 300,
            "sku": "S" * 90,
            "quantity": 99_999,
            "total_minor": 123_456_789,
            "waits": 1,
            "expected": None,
            "instead": [{"name": "W" * 300, "quantity": 99_999, "waits": 99_999, "expected": None}],
            "instead_of": "W" * 300,
            "parts": [{"name": "P" * 300, "quantity": 99_999}],
        }
    ]
    mails: list[tuple[str, dict[str, Any]]] = [*((kind, {}) for kind in kinds()), ("order-confirmed", {"lines": long})]
    for kind, changes in mails:
        file = tmp_path / "mail.html"
        file.write_text(written(kind, **changes).html, encoding="utf-8")
        page.goto(file.as_uri())
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for colour, ground in page.evaluate(TEXT_COLOURS):
            assert contrast(tuple(colour), tuple(ground)) >= 4.5
    context.close()
    assert all(url.startswith("file:") for url in asked)


# The colour of every piece of text on a mail and the ground it stands on.
TEXT_COLOURS = """() => {
  const rgb = (value) => value.match(/[\\d.]+/g).map(Number);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const [r, g, b, a = 1] = rgb(getComputedStyle(node).backgroundColor);
      if (a) return [r, g, b];
    }
    return [255, 255, 255];
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    if (!walker.currentNode.data.trim() || !parent.checkVisibility()) continue;
    if (parent.getBoundingClientRect().height <= 1) continue;
    found.push([rgb(getComputedStyle(parent).color).slice(0, 3), ground(parent)]);
  }
  return found;
}"""


@pytest.mark.parametrize("accent", ["#ffff00", "#000000", "#ffffff", "#0b5a6e", "#ff0000"])
def test_any_accent_is_made_readable(accent: str) -> None:
    for ground in ("#ffffff", "#171f1d"):
        shown = readable(accent, ground)
        one, other = (tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5)) for colour in (shown, ground))
        assert contrast(one, other) >= 4.5


# -- languages, dates and money


def test_the_closest_language_is_taken() -> None:
    held = ["en", "zh-Hans", "zh-Hant", "de"]
    asked = ["en-GB", "zh-TW", "zh_HK", "zh-CN", "zh", "zh-Hant-TW", "de-AT", "fr", "", "../../etc/passwd"]
    got = ["en", "zh-Hant", "zh-Hant", "zh-Hans", "zh-Hans", "zh-Hant", "de", "en", "en", "en"]
    assert [i18n.best_locale(wanted, held) for wanted in asked] == got


def test_a_language_without_plurals_needs_one_form_only(tmp_path: Path) -> None:
    (tmp_path / "zh-Hant.toml").write_text('[a]\nitems = { other = "{n} 件" }\n', encoding="utf-8")
    words = i18n.words(tmp_path, "zh-TW")
    assert [words.text("a.items", n=n) for n in (0, 1, 2)] == ["0 件", "1 件", "2 件"]
    with pytest.raises(i18n.UnknownWord, match=r"a\.none"):
        words.text("a.none")
    with pytest.raises(i18n.UnknownWord, match="needs n"):
        words.text("a.items")


def test_words_for_html_escape_their_values() -> None:
    assert EN.markup("common.hello", name="<b>") == "Hello &lt;b&gt;"
    assert EN.text("common.hello", name="<b>") == "Hello <b>"


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-26", "2026-11-30", "26 to 30 November"),
        ("2026-11-28", "2026-11-28", "Saturday 28 November"),
        ("2026-11-28", "2026-12-03", "28 November to 3 December"),
        ("2026-12-29", "2027-01-02", "29 December 2026 to 2 January 2027"),
        ("2027-01-02", "2027-01-05", "2 to 5 January 2027"),
        ("2027-01-30", "2027-02-02", "30 January to 2 February 2027"),
        ("2026-11-30", "2026-11-26", "26 to 30 November"),
    ],
)
def test_a_range_of_days_is_said_in_words(first: str, last: str, said: str) -> None:
    ends = (date.fromisoformat(first), date.fromisoformat(last))
    assert i18n.day_range(*ends, EN, this_year=2026) == said


def test_a_day_is_the_day_where_the_shopper_lives() -> None:
    just_before_midnight = "2026-11-28T23:30:00Z"
    assert i18n.local_date(just_before_midnight, "UTC") == date(2026, 11, 28)
    assert i18n.local_date(just_before_midnight, "Asia/Taipei") == date(2026, 11, 29)
    assert i18n.clock_time(just_before_midnight, "America/New_York", EN) == "18:30"


def test_a_date_of_another_year_shows_its_year() -> None:
    with clock.stopped_at(datetime(2027, 2, 1, tzinfo=UTC)):
        mail = render("order-confirmed", locale="en", brand=KILN, data=sample("order-confirmed"))
    assert "Thursday 26 November 2026" in mail.text


@pytest.mark.parametrize(
    ("minor", "currency", "said"),
    [
        (123_456, "EUR", "€1,234.56"),
        (5, "usd", "$0.05"),
        (1200, "JPY", "¥1,200"),
        (1_234_567, "KWD", "KWD\N{NO-BREAK SPACE}1,234.567"),
        (1200, "CHF", "CHF\N{NO-BREAK SPACE}12.00"),
        (-250, "GBP", "\N{MINUS SIGN}£2.50"),
    ],
)
def test_money_has_its_sign_and_its_digits(minor: int, currency: str, said: str) -> None:
    assert i18n.money(minor, currency, EN) == said
