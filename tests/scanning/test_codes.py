"""What a scan says: plain codes, commands, GS1 in all its forms, and rubbish."""

import csv
from datetime import date
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from stowline.catalog.rules import check_digit
from stowline.scanning import codes
from stowline.scanning.codes import LONGEST, Reading, read

GTIN, GTIN_13 = "09506000134352", "9506000134352"
SSCC = "123456789012345675"
FNC1 = "\x1d"

# What GS1 allows in a lot or serial number, and what no plain code of ours contains.
GS1_LETTERS = "!\"%&'()*+,-./0123456789:;<=>?ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz"
PLAIN_LETTERS = st.characters(exclude_categories=("Cc", "Cs", "Zs", "Zl", "Zp"))

gtins = st.text("0123456789", min_size=13, max_size=13).map(lambda body: f"{body}{check_digit(body)}")
lots = st.text(GS1_LETTERS, min_size=1, max_size=20)
days = st.dates(date(2000, 1, 1), date(2049, 12, 31))


def facts(reading: Reading) -> dict[str, Any]:
    """What the scan says beyond the codes to look up."""
    told = ("gtin", "lot", "expiry", "serial", "count", "sscc")
    return {name: getattr(reading, name) for name in told if getattr(reading, name) is not None}


# ---------------------------------------------------------------- plain codes and commands


WORDS = [
    "A-03-2",
    "22178",
    "85123A",
    "85123a",
    "RED MUG",
    "mug_blue",
    "杯子 红",
    "TOTE-04",
    "cmd:done",
    "CMD:DANCE",
]
NEARLY_GS1 = [
    "]",
    "]X",
    "(",
    "(12) RED",
    "(RED) (01)",
    "()12345",
    "https://shop.test/mug",
    "https://[::1/01/",
    "99 red",
]
NUMBERS = [
    "12345678",
    "2012345678901234",
    "0109506000134353",
    "00123456789012345670",
    "9506000134353",
]


@pytest.mark.parametrize("code", WORDS + NEARLY_GS1 + NUMBERS)
def test_any_plain_code_is_looked_up_exactly_as_scanned(code: str) -> None:
    assert read(code) == Reading(code, (code,))


@pytest.mark.parametrize("name", ["UNDO", "SHORT", "SKIP", "FULL", "DONE"])
def test_a_command_is_known_from_its_barcode(name: str) -> None:
    assert read(f"CMD:{name}").command == name
    assert read(f"]C0CMD:{name}\r\n").command == name


def test_a_gtin_is_looked_up_as_scanned_first_then_in_fourteen_digits() -> None:
    assert read(GTIN_13) == Reading(GTIN_13, (GTIN_13, GTIN), gtin=GTIN)
    assert read(GTIN).candidates == (GTIN,)
    assert read("96385074").candidates == ("96385074", "00000096385074")
    assert read("416000336108").gtin == "00416000336108"


def test_what_the_scanner_adds_is_taken_off() -> None:
    assert read("A-03-2\r\n").candidates == read("A-03-2\t").candidates == ("A-03-2",)
    assert read("]A0A-03-2").candidates == ("]A0A-03-2", "A-03-2")
    assert read(" A-03-2 ").candidates == (" A-03-2 ", "A-03-2")


@given(st.text(PLAIN_LETTERS, min_size=1, max_size=LONGEST).filter(lambda text: text[0] not in "](hH012"))
def test_whatever_is_printed_is_its_own_first_candidate(code: str) -> None:
    reading = read(code)
    assert reading.candidates[0] == code
    assert reading.problem is None


# ---------------------------------------------------------------- GS1 messages


@pytest.mark.parametrize("prefix", ["]C1", "]d2", "]Q3", "]e0", "]J1", FNC1, "]C1" + FNC1, ""])
def test_a_message_tells_the_same_with_and_without_its_prefix(prefix: str) -> None:
    scan = f"{prefix}01{GTIN}10Lot/7{FNC1}17261231{FNC1}21S-1{FNC1}3012"
    reading = read(scan)
    assert reading.candidates == (scan, GTIN)
    expiry = date(2026, 12, 31)
    assert facts(reading) == {
        "gtin": GTIN,
        "lot": "Lot/7",
        "expiry": expiry,
        "serial": "S-1",
        "count": 12,
    }


def test_a_pallet_label_names_the_unit_before_what_is_in_it() -> None:
    reading = read(f"]C100{SSCC}02{GTIN}3748")
    assert reading.candidates[1:] == (SSCC, GTIN)
    assert facts(reading) == {"sscc": SSCC, "gtin": GTIN, "count": 48}
    assert facts(read(SSCC)) == facts(read(f"00{SSCC}")) == {"sscc": SSCC}


def test_a_lot_alone_is_read_and_known_to_want_its_product() -> None:
    lot, whole = read("]C110LOT7"), read(f"]C101{GTIN}10LOT7")
    assert (facts(lot), lot.complete) == ({"lot": "LOT7"}, False)
    assert (whole.gtin, whole.complete) == (GTIN, True)


def test_a_pallets_content_may_stand_apart_from_its_number() -> None:
    reading = read(f"]C102{GTIN}3748")
    assert (facts(reading), reading.complete) == ({"gtin": GTIN, "count": 48}, False)


def test_best_before_counts_where_no_expiry_stands() -> None:
    assert read(f"]C101{GTIN}15270300").expiry == date(2027, 3, 31)
    assert read(f"]C101{GTIN}1527030017270402").expiry == date(2027, 4, 2)
    assert read(f"]C101{GTIN}17000000").expiry is None
    assert read(f"17261231{'01' + GTIN}").expiry == date(2026, 12, 31)


def test_people_may_type_what_stands_under_the_bars() -> None:
    reading = read("(01) 0 9506000 13435 2 (10) AB(17)261231")
    assert facts(reading) == {"gtin": GTIN, "lot": "AB", "expiry": date(2026, 12, 31)}
    assert facts(read("(10)12345(11)991225")) == {"lot": "12345"}


def test_an_ean_symbol_is_a_gtin_with_or_without_what_is_printed_beside_it() -> None:
    assert read(f"]E0{GTIN_13}").candidates == (f"]E0{GTIN_13}", GTIN_13, GTIN)
    assert read(f"]E3{GTIN_13}12345").gtin == GTIN
    assert read(f"]E0{GTIN_13}|]e010LOT7").lot == "LOT7"
    assert read("]E402345673").gtin == "00000002345673"


@pytest.mark.parametrize("host", ["id.gs1.org", "shop.test/our/goods", "127.0.0.1:8000"])
def test_a_digital_link_of_any_shop_tells_gtin_lot_serial_and_expiry(host: str) -> None:
    reading = read(f"https://{host}/01/{GTIN}/10/A%2FB/21/12?17=261231&utm=x")
    assert reading.candidates[1:] == (GTIN,)
    assert facts(reading) == {
        "gtin": GTIN,
        "lot": "A/B",
        "serial": "12",
        "expiry": date(2026, 12, 31),
    }
    assert read(f"]Q1HTTPS://{host}/01/{GTIN_13}").gtin == GTIN


@given(gtins, lots, lots, days)
def test_what_is_written_into_a_message_is_read_back(gtin: str, lot: str, serial: str, expiry: date) -> None:
    told = {"gtin": gtin, "lot": lot, "serial": serial, "expiry": expiry}
    day = expiry.strftime("%y%m%d")
    assert facts(read(f"]d201{gtin}17{day}10{lot}{FNC1}21{serial}")) == told
    link = f"https://example.test/01/{gtin}/10/{quote(lot, safe='')}/21/{quote(serial, safe='')}?17={day}"
    if len(link) <= LONGEST and not {lot, serial} & {".", ".."}:
        assert facts(read(link)) == told


@given(gtins, st.integers(0, 13))
def test_a_wrong_digit_is_seen_wherever_the_text_claims_to_be_gs1(gtin: str, at: int) -> None:
    wrong = gtin[:at] + str((int(gtin[at]) + 1) % 10) + gtin[at + 1 :]
    for scan in (
        f"]C101{wrong}",
        f"(01){wrong}",
        f"{FNC1}01{wrong}10A",
        f"https://a.test/01/{wrong}",
    ):
        assert (read(scan).problem, read(scan).candidates) == (codes.WRONG_DIGIT, ())
    assert read(wrong).candidates == (wrong,)
    assert f"01{wrong}" in read(f"01{wrong}").candidates


# ---------------------------------------------------------------- what cannot be used


@pytest.mark.parametrize(
    ("scan", "say"),
    [
        ("", codes.EMPTY),
        (" ", codes.EMPTY),
        ("\r\n", codes.EMPTY),
        ("\u3000", codes.EMPTY),
        (FNC1, codes.EMPTY),
        ("]C1", codes.EMPTY),
        ("]C0  ", codes.EMPTY),
        ("A" * 201, codes.TOO_LONG),
        ("\x00" * 600, codes.TOO_LONG),
        ("A\x00B", codes.CONTROL),
        ("A\nB", codes.CONTROL),
        ("A\x1eB", codes.CONTROL),
        ("A\x7f", codes.CONTROL),
        ("A\x85", codes.CONTROL),
        ("A\ud800", codes.CONTROL),
        ("]C1hello", codes.UNREADABLE),
        ("]C101123", codes.UNREADABLE),
        ("]E0123ABC", codes.UNREADABLE),
        (f"]C101{GTIN}10", codes.UNREADABLE),
        (f"]C101{GTIN}10LÖT", codes.UNREADABLE),
        (f"]C101{GTIN}30\u0661\u0662", codes.UNREADABLE),
        (f"]C101{GTIN}10A{FNC1}10B", codes.UNREADABLE),
        (f"]C101{GTIN}10{'A' * 20}21XYZ", codes.UNREADABLE),
        (f"(01){GTIN}(02){GTIN}", codes.AT_ODDS),
        (f"]C101{GTIN}3712", codes.AT_ODDS),
        (f"https://a.test/01/{GTIN}?37=12", codes.AT_ODDS),
        (f"]C102{GTIN}", codes.NO_COUNT),
        (f"]C100{SSCC}3712", codes.NO_COUNT),
        (f"]C101{GTIN}300", codes.ZERO),
        (f"]C102{GTIN}370000", codes.ZERO),
        (f"]C102{GTIN}3712{FNC1}3013", codes.AT_ODDS),
        (f"(01){GTIN}(30)", codes.UNREADABLE),
        (f"]C101{GTIN}11260231", codes.WRONG_DATE),
        ("]E096385074", codes.WRONG_LENGTH),
        ("]E49506000134352", codes.WRONG_LENGTH),
        (f"(01){GTIN}(1)0AB", codes.UNREADABLE),
        ("(01)", codes.UNREADABLE),
        (f"https://a.test/01/{GTIN}/99/x", codes.UNREADABLE),
        (f"https://a.test/01/{GTIN}?17=261231&17=271231", codes.UNREADABLE),
        (f"https://a.test/01/{GTIN}/10/A?10=B", codes.UNREADABLE),
        (f"https://a.test/01/{GTIN}?17=", codes.UNREADABLE),
        (f"https://a.test/01/{GTIN}?30", codes.UNREADABLE),
        (f"https://[::1/01/{GTIN}", codes.UNREADABLE),
        ("]E09506000134353", codes.WRONG_DIGIT),
        ("]C100123456789012345670", codes.WRONG_DIGIT),
        (f"]C101{GTIN}17260231", codes.WRONG_DATE),
    ],
)
def test_a_scan_that_cannot_be_used_says_why_and_offers_nothing(scan: str, say: str) -> None:
    reading = read(scan)
    assert (reading.problem, reading.candidates, facts(reading)) == (say, (), {})


def test_a_code_of_two_hundred_characters_is_still_a_code() -> None:
    assert read("A" * 200 + "\r\n").candidates == ("A" * 200,)


GS1_LIKE = st.lists(
    st.sampled_from(
        [
            "]C1",
            "]d2",
            "]E0",
            "]E3",
            "|]e0",
            FNC1,
            "(01)",
            "(10)",
            "(",
            ")",
            "\\(",
            "01",
            "02",
            "00",
            "10",
        ]
    )
    | st.sampled_from(
        [
            GTIN,
            GTIN_13,
            SSCC,
            "17",
            "15",
            "261231",
            "30",
            "37",
            "21",
            "https://a.test",
            "/01/",
            "?17=",
        ]
    )
    | st.sampled_from(
        [
            "391",
            "8008",
            "7007",
            "%2F",
            "%00",
            "%D9%A1",
            "http://[",
            "#",
            " ",
            "CMD:DONE",
        ]
    )
    | st.text(max_size=4),
    max_size=12,
).map("".join)


@given(st.text() | st.text(st.characters(), max_size=30) | GS1_LIKE)
@example("]Y")
@example(f"https://a.test/01/{GTIN}?37=%D9%A1")
def test_every_text_is_either_a_code_or_a_problem(text: str) -> None:
    reading = read(text)
    assert reading.raw == text
    assert bool(reading.candidates) != bool(reading.problem)
    assert all(0 < len(code) <= LONGEST for code in reading.candidates)
    assert reading.gtin is None or (reading.gtin.isascii() and len(reading.gtin) == 14)
    assert reading.count is None or reading.count > 0


# ---------------------------------------------------------------- real barcodes


def test_real_food_barcodes_are_found_by_their_digits(shared: Path) -> None:
    with (shared / "data/catalogue/open_food_facts/off_products_sample.csv").open(encoding="utf-8", newline="") as file:
        readings = [read(row["barcode"]) for row in csv.DictReader(file)]
    assert sum(reading.gtin is not None for reading in readings) == 8129
    assert all(reading.candidates[0] == reading.raw for reading in readings)
