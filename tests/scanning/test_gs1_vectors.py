"""GS1's own vectors: our reader gives the verdict of GS1's linters and of its syntax engine, and what is left out says why.

The linters are the checks of single values, the engine's vectors are whole messages. A vector concerns us where it
speaks of an AI that we book by (`OURS`). A bad scan tells nothing: no GTIN, lot, serial, expiry, count or SSCC.
"""

import codecs
import csv
import json
import re
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from stowline.scanning.codes import Reading, read

GS1 = "data/barcodes/gs1"
GTIN, SSCC, FNC1 = "09506000134352", "123456789012345675", "\x1d"
OURS = ("00", "01", "02", "10", "11", "15", "17", "21", "30", "37")
Vector = dict[str, Any]


def told(reading: Reading) -> dict[str, Any]:
    """What could be booked from a scan."""
    names = ("gtin", "lot", "expiry", "serial", "count", "sscc")
    return {name: getattr(reading, name) for name in names if getattr(reading, name) is not None}


# ---------------------------------------------------------------- linters: the checks of single values

# Linters that judge no AI of ours, with the AIs that they judge in GS1's own table. What stands under those AIs is read
# past; nothing is booked by it, so a wrong one harms no stock.
NOT_OURS = {
    "couponcode": "8110, a coupon at a till",
    "couponposoffer": "8112, a coupon at a till",
    "cset39": "8010, parts of components and their kind",
    "cset64": "8030, a digital signature",
    "csumalpha": "8013 and 8014, numbers of a model",
    "gcppos1": "GLNs, assets and documents; it asks GS1's register of companies, which is not at hand on the floor",
    "hasnondigit": "8014, a medical device's model",
    "hh": "8008, the hour of production",
    "hhmi": "7003, 7011, 4324 and 4325, hours beside a day",
    "hyphen": "4330 to 4333, temperatures below zero",
    "iban": "8007, a bank account",
    "importeridx": "7040, an index of an importer",
    "iso3166": "421 to 426, countries",
    "iso3166999": "7030 to 7039, processors' countries",
    "iso3166alpha2": "4307 and 4317, countries of addresses",
    "iso4217": "391n and 393n, currencies",
    "iso5218": "7252, a person's sex",
    "latitude": "4309, where to deliver",
    "longitude": "4309, where to deliver",
    "mediatype": "7241, the carrier of a person's number",
    "mi": "8008, the minute of production",
    "nonzero": "8001, dimensions of rolls",
    "nozeroprefix": "8011, a component's serial",
    "packagetype": "7041, the kind of a load carrier",
    "pcenc": "4300 to 4320, percent signs in addresses",
    "pieceoftotal": "8006 and 8026, pieces of one item",
    "posinseqslash": "7258, a baby's place among twins",
    "ss": "8008, the second of production",
    "winding": "8001, the winding of rolls",
    "yesno": "4321 to 4323, yes or no to a carrier",
    "yymmdd": "4326, 7006 and 7007, days that must be named; 11, 15 and 17 allow day 00 (yymmd0)",
    "yyyymmdd": "7250, a person's birthday",
    "yyyymmd0": "no AI at all in this edition of the table",
    "zero": "8003, the first digit of a returnable asset",
}

# Single vectors of our linters that cannot be put to a reader of barcodes.
LEFT_OUT = {
    ("csum", ""): "an empty barcode; empty scans are refused as such, in test_codes",
}


def linter_vectors(shared: Path) -> list[tuple[str, str, bool]]:
    with (shared / GS1 / "gs1_linter_vectors.csv").open(encoding="utf-8", newline="") as file:
        return [
            (row["linter"], unescaped(row["data_c_escaped"]), row["expect"] == "pass") for row in csv.DictReader(file)
        ]


def unescaped(c_text: str) -> str:
    """A C string as the bytes of ISO 8859-1 that it stands for."""
    return codecs.decode(c_text.encode("latin-1", "backslashreplace"), "unicode_escape")


def dictionary(shared: Path) -> dict[str, set[str]]:
    """AI -> the linters of its value, in GS1's table; the kind of characters is a linter too."""
    kinds = {"N": "csetnumeric", "X": "cset82", "Y": "cset39", "Z": "cset64"}
    table: dict[str, set[str]] = {}
    for line in (shared / GS1 / "gs1-syntax-dictionary.txt").read_text(encoding="utf-8").splitlines():
        entry = re.match(r"(\d{2,4})(?:-(\d{2,4}))?\s+[*?]*\s*(.*?)(?:\s{2,}(?:dlpkey|req|ex).*)?\s*#", line)
        if not entry:
            continue
        first, last, spec = entry[1], entry[2] or entry[1], entry[3].split("  ")[0]
        linters = {kinds[part.strip("[]")[0]] for part in spec.split()}
        linters |= {name for part in spec.split() for name in part.replace("]", "").split(",")[1:]}
        table.update({str(n).zfill(len(first)): linters for n in range(int(first), int(last) + 1)})
    return table


def test_every_linter_is_ours_or_has_its_reason(shared: Path) -> None:
    table = dictionary(shared)
    judged_of_ours = set().union(*(table[ai] for ai in OURS))
    assert judged_of_ours == {"csum", "gcppos2", "cset82", "csetnumeric", "yymmd0"}
    assert {name for name, _, _ in linter_vectors(shared)} - judged_of_ours == set(NOT_OURS)
    assert not any(name in table[ai] for name in NOT_OURS for ai in OURS)


def around(ai: str, value: str) -> list[str]:
    """The ways in which a value reaches us: after each prefix, between separators, under the bars, in a link."""
    other = f"02{GTIN}" if ai == "37" else f"01{GTIN}"
    key, typed = (f"https://a.test/01/{GTIN}", value.replace("(", r"\("))
    forms = [f"{prefix}{other}{ai}{value}" for prefix in ("]C1", "]d2", "]Q3", FNC1)]
    forms += [f"]C1{ai}{value}{FNC1}{other}", f"({other[:2]}){other[2:]}({ai}){typed}"]
    if ai != "37":
        forms.append(
            f"{key}/{ai}/{quote(value, safe='')}" if ai in ("10", "21") else f"{key}?{ai}={quote(value, safe='')}"
        )
    return forms


def judged(
    shared: Path, linter: str, scans: Callable[[str], Iterator[tuple[str, str, Any]]]
) -> tuple[Counter[bool], list[tuple[str, bool]]]:
    """Vectors by GS1's verdict, and the scans on which ours is another one. `scans` gives (scan, name, value told)."""
    verdicts: Counter[bool] = Counter()
    wrong = []
    for name, value, good in linter_vectors(shared):
        if name != linter or (name, value) in LEFT_OUT:
            continue
        verdicts[good] += 1
        for scan, what, wanted in scans(value):
            reading = read(scan)
            says = reading.problem is None and getattr(reading, what) is not None
            if says != good or (good and wanted is not None and getattr(reading, what) != wanted):
                wrong.append((scan, good))
    return verdicts, wrong


def test_check_digits_of_every_length_of_key(shared: Path) -> None:
    symbols = {8: "]E4", 12: "]E0", 13: "]E0", 14: "]C101", 18: "]C100"}

    def scans(value: str) -> Iterator[tuple[str, str, Any]]:
        what = "sscc" if len(value) == 18 else "gtin"
        yield symbols[len(value)] + value, what, value if len(value) == 18 else value.zfill(14)
        if len(value) in (14, 18):
            ai = "00" if len(value) == 18 else "01"
            yield f"({ai}){value}", what, value
            yield f"https://a.test/{ai}/{quote(value)}", what, value

    verdicts, wrong = judged(shared, "csum", scans)
    # A space in a typed "(00)" is there to help the eye, and is taken out; the digits are then one too few.
    assert (verdicts, wrong) == (Counter({True: 5, False: 8}), [])


def test_company_prefixes_that_are_no_digits(shared: Path) -> None:
    """GS1's register of companies is not at hand; the two vectors hold a letter, which no SSCC or GTIN has."""
    verdicts, wrong = judged(shared, "gcppos2", lambda value: iter([(f"]C100{value}", "sscc", None)]))
    assert (verdicts, wrong) == (Counter({False: 2}), [])


@pytest.mark.parametrize(("ai", "what"), [("10", "lot"), ("21", "serial")])
def test_characters_of_lots_and_serials(shared: Path, ai: str, what: str) -> None:
    """A character stands between two letters, as an element is never empty and the end of a scan is the scanner's."""

    def scans(value: str) -> Iterator[tuple[str, str, Any]]:
        for part in [value[at : at + 18] for at in range(0, max(len(value), 1), 18)]:
            for form in around(ai, f"A{part}B"):
                if not (" " in part and form.startswith("(")):  # typed spaces are taken out: they help the eye
                    yield form, what, f"A{part}B"

    verdicts, wrong = judged(shared, "cset82", scans)
    assert (verdicts, wrong) == (Counter({True: 88, False: 176}), [])


@pytest.mark.parametrize("ai", ["30", "37"])
def test_digits_of_counts(shared: Path, ai: str) -> None:
    """A 1 stands before each vector: an empty element is none, and we refuse a count of zero, which GS1 leaves open."""

    def scans(value: str) -> Iterator[tuple[str, str, Any]]:
        for part in [value[at : at + 7] for at in range(0, max(len(value), 1), 7)]:
            yield from ((form, "count", int(f"1{part}") if part.isdigit() else None) for form in around(ai, f"1{part}"))

    verdicts, wrong = judged(shared, "csetnumeric", scans)
    assert (verdicts, wrong) == (Counter({True: 8, False: 4}), [])


@pytest.mark.parametrize(("ai", "what"), [("17", "expiry"), ("15", "expiry"), ("11", "gtin")])
def test_dates(shared: Path, ai: str, what: str) -> None:
    def scans(value: str) -> Iterator[tuple[str, str, Any]]:
        yield from ((form, what, None) for form in around(ai, value))

    verdicts, wrong = judged(shared, "yymmd0", scans)
    assert (verdicts, wrong) == (Counter({True: 26, False: 35}), [])


# ---------------------------------------------------------------- the engine: whole messages

# Vectors of the engine that are no barcode at all: placeholders for long buffers that its C code fills.
PLACEHOLDERS = {"inbuf", "buf"}

# The one message that we read and the engine refuses.
READ_PAST = {"^800302112345678901ABC": "8003, a returnable asset: the zero before its number is not looked at"}

# Kinds of engine vectors without any of our AIs, how many, and why they are only asked to tell nothing.
NONE_OF_OURS = {
    "validateAIrepeats": (17, "order numbers (400) and an AI that does not exist (89): nothing is booked by them"),
    "validateAImutex": (6, "coupons (394n, 8111) and measures (33nn, 39nn) alone: they name no goods"),
    "validateAIrequisites": (
        10,
        "a digital signature (8030) of documents, assets, parts and persons: they are no goods",
    ),
    "validateDigSigRequiresSerialisedKey": (9, "a digital signature (8030) of a document, a coupon, an asset"),
}

# Scanner data on which we decide otherwise on purpose.
OUR_CHOICE = {
    "]Q1": "an empty QR code is a scan of nothing: the operator is told so",
    "]d1": "an empty Data Matrix is a scan of nothing",
    "]J0": "an empty DotCode is a scan of nothing",
    "]E0123456789012": "a UPC-A whose leading zero the scanner leaves out: the same GTIN, with its right check digit",
    "ABC": "a code without prefix is a plain code of ours (a bin, a SKU)",
    "]": "a plain code of one character",
    "]X": "a plain code of two characters",
    "]XX": "a plain code of three characters",
    "]Q1https://a/NOPRIMARYAI": "a link without GS1's keys is a plain code; it tells nothing",
}


def engine_vectors(shared: Path, test: str) -> list[Vector]:
    lines = (shared / GS1 / "gs1_syntax_engine_vectors.jsonl").read_text(encoding="utf-8").splitlines()
    return [row for row in map(json.loads, lines) if row["test"] == test]


def ais_in(bracketed: str) -> list[str]:
    return re.findall(r"(?<!\\)\((\d{2,4})\)", bracketed)


def as_facts(bracketed: str) -> dict[str, Any]:
    """What a bracketed text of the vectors says, read by a rule of its own; days are left to the vectors of dates."""
    parts = dict(re.findall(r"(?<!\\)\((\d{2,4})\)((?:\\\(|[^(])*)", bracketed))
    facts = {
        "gtin": parts.get("01") or parts.get("02"), "sscc": parts.get("00"), "lot": parts.get("10"),
        "serial": parts.get("21"), "count": int(parts.get("30") or parts.get("37") or 0) or None,
    }  # fmt: skip
    return {
        name: value.replace(r"\(", "(") if isinstance(value, str) else value for name, value in facts.items() if value
    }


def without_days(reading: Reading) -> dict[str, Any]:
    return {name: value for name, value in told(reading).items() if name != "expiry"}


def test_every_kind_of_engine_vector_is_looked_at(shared: Path) -> None:
    lines = (shared / GS1 / "gs1_syntax_engine_vectors.jsonl").read_text(encoding="utf-8").splitlines()
    counted = Counter(row["test"] for row in map(json.loads, lines))
    assert counted == {
        "test_processAIdata": 83, "test_testGenerateScanData": 45, "test_testProcessScanData": 54,
        "test_parseAIdata": 29, "test_validateAIs": 77,
    }  # fmt: skip


def test_bracketed_texts_say_what_stands_in_them_and_broken_ones_nothing(shared: Path) -> None:
    rows = [row for row in engine_vectors(shared, "test_parseAIdata") if row["input_bracketed"] not in PLACEHOLDERS]
    assert len(rows) == 27
    for row in rows:
        reading = read(row["input_bracketed"])
        assert not row["ok"] or reading.problem is None, row
        assert row["ok"] or told(reading) == {}, row
        assert not row["ok"] or without_days(reading) == as_facts(row["input_bracketed"]), row
        if row["ok"]:  # the engine says how a scanner sends the same; the two readings agree
            assert told(read(row["expect_unbracketed"].replace("^", FNC1))) == told(reading), row


def test_messages_are_read_and_broken_ones_refused(shared: Path) -> None:
    rows = [row for row in engine_vectors(shared, "test_processAIdata") if row["input_unbracketed"] not in PLACEHOLDERS]
    assert len(rows) == 79
    scans = [
        (prefix + row["input_unbracketed"].replace("^", FNC1), row)
        for prefix in ("]C1", "]d2", "]Q3", "]e0", "")
        for row in rows
        if row["input_unbracketed"].startswith("^")  # the others are refused by the engine for lacking it: plain codes
    ]
    parted = {row["input_unbracketed"] for scan, row in scans if (read(scan).problem is None) != row["ok"]}
    assert parted == set(READ_PAST)
    plain = [row["input_unbracketed"] for row in rows if not row["input_unbracketed"].startswith("^")]
    assert [told(read(text)) for text in plain] == [{}, {}]


def test_what_never_stands_together_is_refused_and_what_is_missing_is_known(shared: Path) -> None:
    """GS1 judges which parts are missing over all the barcodes on an item ("evaluated over the combined data received
    from all GS1 carriers"), so a message that wants another part is read, known as not `complete`, and told nothing
    of only where units could be booked wrong: content without a count, a count without content. A broken text under the
    bars that starts with no key of goods is a plain code to us, which tells nothing either.
    """
    ours: Counter[str] = Counter()
    others: Counter[str] = Counter()
    for row in engine_vectors(shared, "test_validateAIs"):
        reading = read(row["input"])
        if not set(ais_in(row["input"])) & set(OURS):
            others[row["validation"]] += 1
            assert told(reading) == {}, row
        elif row["ok"]:
            ours[row["validation"]] += 1
            assert (reading.problem, reading.complete) == (None, True), row
            assert without_days(reading) == as_facts(row["input"]), row
        else:
            ours[row["validation"]] += 1
            is_missing = row["validation"] == "validateAIrequisites" and not reading.complete
            assert is_missing or told(reading) == {}, row
    assert others == {name: count for name, (count, _) in NONE_OF_OURS.items()}
    assert ours == {"validateAImutex": 8, "validateAIrequisites": 27}


def test_scanner_data_is_read_as_a_scanner_sends_it(shared: Path) -> None:
    rows = engine_vectors(shared, "test_testProcessScanData")
    for row in rows:
        scan, reading = row["scan_data"], read(row["scan_data"])
        if scan in OUR_CHOICE:
            assert scan == "]E0123456789012" or told(reading) == {}, row
            continue
        assert row["ok"] == (reading.problem is None), row
        assert row["ok"] or told(reading) == {}, row
        if row["ok"] and row["expect_data_str"].startswith("^"):
            assert told(reading) == told(read(row["expect_data_str"].replace("^", FNC1))) != {}, row
    assert {row["scan_data"] for row in rows} >= set(OUR_CHOICE)


def test_what_the_engine_sends_for_each_symbol_is_read_back(shared: Path) -> None:
    """Rows without scan data are refusals to draw a symbol: there is nothing to read."""
    rows = [row for row in engine_vectors(shared, "test_testGenerateScanData") if row["expect_scan_data"]]
    assert len(rows) == 35
    for row in rows:
        reading = read(row["expect_scan_data"])
        assert reading.problem is None, row
        gtin = re.search(r"^\^01(\d{14})|^(\d{8,14})(?=$|\|)", row["data_str"])
        if gtin and row["symbology"] not in ("QR", "DM", "DotCode"):
            assert (gtin[1] or gtin[2]).lstrip("0") in (reading.gtin or ""), row
        lot = re.search(r"(?<=\d{16})10(\w+)", row["data_str"])
        assert reading.lot == (lot[1] if lot else None), row


def test_links_keep_gs1s_order_of_lot_and_serial() -> None:
    assert told(read(f"https://a.test/01/{GTIN}/10/A/21/B")) == {"gtin": GTIN, "lot": "A", "serial": "B"}
    assert told(read(f"https://a.test/01/{GTIN}/21/B/10/A")) == {}
    assert told(read(f"https://a.test/00/{SSCC}?02={GTIN}&37=5")) == {"sscc": SSCC, "gtin": GTIN, "count": 5}
