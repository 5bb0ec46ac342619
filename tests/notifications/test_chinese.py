"""Chinese as Taiwan and Hong Kong write it, and as the mainland does: days, money, names, and a mail over the line."""

from datetime import UTC, date, datetime

import pytest

from stowline.core import i18n, places
from stowline.notifications.channels import Envelope, SmtpChannel
from stowline.notifications.render import Brand, mail_dir, render, sample
from tests.services import SmtpSink

TEA = Brand(name="青石茶行", from_address="hello@tea.example", address_line="台北市大同區迪化街一段 14 號")
NOW = datetime(2026, 11, 27, 18, 0, tzinfo=UTC)
HANT, HANS = (i18n.words(mail_dir() / "words", locale) for locale in ("zh-Hant", "zh-Hans"))


@pytest.mark.parametrize(
    ("asked", "got"),
    [("zh-TW", "zh-Hant"), ("zh-HK", "zh-Hant"), ("zh-MO", "zh-Hant"), ("zh-Hant-HK", "zh-Hant"), ("zh_Hant_TW", "zh-Hant"),
     ("zh-CN", "zh-Hans"), ("zh-SG", "zh-Hans"), ("zh", "zh-Hans"), ("zh-Hans-HK", "zh-Hans"), ("ZH-tw", "zh-Hant")],
)  # fmt: skip
def test_each_place_reads_its_own_chinese(asked: str, got: str) -> None:
    assert i18n.words(mail_dir() / "words", asked).locale == got


@pytest.mark.parametrize("words", [HANT, HANS], ids=lambda words: words.locale)
@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        ("2026-11-28", "2026-11-28", "11月28日 星期六"),
        ("2027-01-02", "2027-01-02", "2027年1月2日 星期六"),
        ("2026-11-26", "2026-11-30", "11月26日至30日"),
        ("2026-11-28", "2026-12-03", "11月28日至12月3日"),
        ("2027-01-02", "2027-01-05", "2027年1月2日至5日"),
        ("2027-01-30", "2027-02-02", "2027年1月30日至2月2日"),
        ("2026-12-29", "2027-01-02", "2026年12月29日至2027年1月2日"),
    ],
)
def test_a_day_is_written_from_the_large_to_the_small(first: str, last: str, said: str, words: i18n.Words) -> None:
    assert i18n.day_range(date.fromisoformat(first), date.fromisoformat(last), words, this_year=2026) == said


@pytest.mark.parametrize(
    ("minor", "currency", "hant", "hans"),
    [
        (128_000, "TWD", "NT$1,280", "NT$1,280"),
        (128_050, "TWD", "NT$1,280.50", "NT$1,280.50"),
        (19_950, "HKD", "HK$199.50", "HK$199.50"),
        (19_950, "CNY", "CN¥199.50", "¥199.50"),
        (1200, "JPY", "¥1,200", "JP¥1,200"),
        (500, "USD", "US$5.00", "US$5.00"),
        (19_950, "EUR", "€199.50", "€199.50"),
        (-250, "TWD", "\N{MINUS SIGN}NT$2.50", "\N{MINUS SIGN}NT$2.50"),
    ],
)
def test_money_has_the_sign_that_its_reader_knows(minor: int, currency: str, hant: str, hans: str) -> None:
    assert (i18n.money(minor, currency, HANT), i18n.money(minor, currency, HANS)) == (hant, hans)


@pytest.mark.parametrize(
    ("carrier", "said"),
    [("DHL", "交給 DHL 配送"), ("黑貓宅急便", "交給黑貓宅急便配送"), ("7-ELEVEN 交貨便", "交給 7-ELEVEN 交貨便配送"), ("", "交給物流公司配送")],
)
def test_a_latin_name_stands_apart_from_the_chinese_around_it_and_a_chinese_one_does_not(carrier: str, said: str) -> None:
    parcel = sample("shipped")["parcel"] | {"carrier": carrier}
    mail = render("shipped", locale="zh-Hant", brand=TEA, data=sample("shipped") | {"parcel": parcel}, now=NOW)
    assert said in mail.text
    assert said in mail.html
    assert "~" not in mail.text + mail.html + mail.subject + mail.short


def test_an_address_goes_from_the_city_to_the_door_where_it_is_written_so() -> None:
    home = {"name": "王小明", "company": "", "line1": "和平東路一段 1 號", "line2": "3 樓", "city": "台北市大安區", "region": "台北市", "postcode": "106", "country": "TW"}
    assert places.lines(home, HANT) == ["王小明", "106 台北市大安區和平東路一段 1 號3 樓", "台灣"]
    assert (places.door("和平東路一段 1 號", "台北市", "TW", HANT), places.door("Rue 8", "Nantes", "FR", HANT)) == (["台北市和平東路一段 1 號"], ["Rue 8", "Nantes"])
    english = i18n.words(mail_dir() / "words", "en")
    assert places.lines(home, english)[-3:] == ["106 台北市大安區", "台北市", "Taiwan"]
    typed = home | {"line1": "1 Heping E. Rd.", "line2": "", "city": "Taipei", "region": ""}
    assert places.lines(typed, HANT) == ["王小明", "1 Heping E. Rd.", "106 Taipei", "台灣"]
    abroad = home | {"line1": "Rue des Carmes 8", "line2": "", "city": "Nantes", "region": "", "postcode": "44000", "country": "FR"}
    assert places.lines(abroad, HANS) == ["王小明", "Rue des Carmes 8", "44000 Nantes", "法国"]
    assert [places.country(code, HANT) for code in ("FJ", "")] == ["Fiji", ""]


def test_a_chinese_mail_arrives_as_it_was_written(smtp_sink: SmtpSink) -> None:
    facts = sample("shipped") | {"customer_name": "王小明", "zone": "Asia/Taipei"}
    written = render("shipped", locale="zh-TW", brand=TEA, data=facts, now=NOW)
    channel = SmtpChannel(smtp_sink.url)
    channel.send(channel.prepare(Envelope("shipped", "1042", "<1@tea.example>", "", "ming@post.example", "王小明", TEA, written, NOW)))
    channel.close()
    (mail,) = smtp_sink.wait_for(1)
    assert mail["subject"] == "您的訂單 1042 第 1 個包裹已出貨"
    assert (mail["from"].addresses[0].display_name, mail["to"].addresses[0].display_name) == ("青石茶行", "王小明")
    text, html = (mail.get_body((part,)) for part in ("plain", "html"))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n") == written.text
    assert "王小明 您好，我們已在 11月27日 星期五 23:27 將您的包裹交給 DHL 配送。" in written.text
    assert html is not None
    assert '<html lang="zh-Hant"' in html.get_content()
