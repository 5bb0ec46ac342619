from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.core import countries, fields
from stowline.core.fields import Bad

LONDON = fields.zone("Europe/London")


@pytest.mark.parametrize("value", [12, "12", " 12 ", "+12", 12.0, "12.0", "12.", Decimal("12.00"), Decimal("1.2e1")])
def test_twelve_is_twelve_however_it_was_written(value: Any) -> None:
    assert fields.whole(value) == 12


@pytest.mark.parametrize(
    "value",
    [0, -1, 1.5, "1.5", 10**12, "1" * 5000, pytest.param(10**5000, id="5000 digits"), "", None, "NaN", "1e3", "1,000", "٣", True, float("nan"),
     float("inf"), Decimal("sNaN"), Decimal("1e999999"), Decimal("1e-999999"), [], {}, "2\x00", "－1"],
)  # fmt: skip
def test_what_is_no_positive_whole_number_is_refused_with_its_place(value: Any) -> None:
    with pytest.raises(Bad) as refused:
        fields.whole(value, "lines[2].quantity", what="The quantity", least=1)
    assert refused.value.where == "lines[2].quantity"
    assert refused.value.say.startswith("The quantity is ")
    assert refused.value.say.endswith("Give a whole number from 1 to 1,000,000.")


def test_a_name_of_any_script_is_kept_as_it_is() -> None:
    for name in ("محمد عبد الله", "山田太郎", "O\u2019Conner", "שלום", "👩‍🚀 Zoë"):
        assert fields.text(f"  {name} ") == name


@pytest.mark.parametrize("value", ["a\x00b", "a\nb", "a\x1bb", "a\x85b", "a\u2028b", "\ud800", "a\rb"])
def test_text_with_control_characters_is_refused(value: Any) -> None:
    with pytest.raises(Bad, match="cannot be printed"):
        fields.text(value, "name")


def test_line_breaks_are_folded_only_where_the_sender_cannot_correct_them() -> None:
    assert fields.text("1 Main\r\n Street", fold=True) == "1 Main Street"
    with pytest.raises(Bad, match="cannot be printed"):
        fields.text("a\x00b", fold=True)


def test_a_note_keeps_its_lines_and_loses_what_cannot_be_printed() -> None:
    assert fields.prose("Ring twice\r\nthen\x00 wait") == "Ring twice\nthen wait"
    assert fields.prose("x" * 9, longest=5) == "xxxx…"


@pytest.mark.parametrize("said", ["", "a@b", "first.last+tag@例え.jp", "buyer-1@example.test"])
def test_an_address_a_mail_can_go_to(said: Any) -> None:
    assert fields.email(f" {said} ") == said


@pytest.mark.parametrize(
    "said",
    ["a", "@", "a@", "@b", "a@b@c", "a b@c.d", "a,b@c.d", "a@b.c\r\nBcc: x@y.z", "a@b..c", "a@-b.c", "<a@b.c>", "a@b\x00c",
     ".a@b.c", "a" * 65 + "@b.c", "a@" + "b" * 260, 'a"@b.c', "a;b@c.d"],
)  # fmt: skip
def test_an_address_no_mail_can_go_to_is_refused(said: Any) -> None:
    with pytest.raises(Bad):
        fields.email(said)


@pytest.mark.parametrize(
    ("said", "seen"),
    [
        ("2026-11-27T14:03:11Z", datetime(2026, 11, 27, 14, 3, 11, tzinfo=UTC)),
        ("2026-11-27t14:03:11.250+01:00", datetime(2026, 11, 27, 13, 3, 11, 250_000, tzinfo=UTC)),
        ("2026-11-27 14:03 -0500", datetime(2026, 11, 27, 19, 3, tzinfo=UTC)),
        ("2011-09-15 08:27:00", datetime(2011, 9, 15, 7, 27, tzinfo=UTC)),
        ("2011-12-15 8:27", datetime(2011, 12, 15, 8, 27, tzinfo=UTC)),
        ("2011-07-01", datetime(2011, 6, 30, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_time_without_an_offset_is_of_the_zone_and_all_become_utc(said: Any, seen: Any) -> None:
    assert fields.moment(said, zone=LONDON) == seen


@pytest.mark.parametrize(
    "said",
    ["15/09/2011 08:27", "2011-02-30", "2011-09-15 24:61", "0001-01-01T00:00:00+23:59", "9999-12-31", "2011-9-15", "now",
     "2011-09-15T08:27:00+25:00", "20110915", "2011-W37-4"],
)  # fmt: skip
def test_what_is_no_time_is_refused(said: Any) -> None:
    with pytest.raises(Bad):
        fields.moment(said, zone=LONDON)


def test_a_machine_has_to_say_the_offset() -> None:
    with pytest.raises(Bad, match="no time zone"):
        fields.moment("2026-11-27T14:03:11")


def test_a_zone_that_does_not_exist_is_refused() -> None:
    for name in ("Mars/Olympus", "", "../../etc/passwd", "\x00"):
        with pytest.raises(Bad):
            fields.zone(name)


@pytest.mark.parametrize(
    ("said", "code"),
    [("gb", "GB"), ("United Kingdom", "GB"), ("EIRE", "IE"), ("RSA", "ZA"), ("usa", "US"), (" hong  kong ", "HK"),
     ("Channel Islands", ""), ("European Community", ""), ("Unspecified", ""), ("XX", ""), ("", "")],
)  # fmt: skip
def test_a_country_is_known_by_code_or_english_name(said: Any, code: Any) -> None:
    assert countries.code(said) == code


def test_all_249_countries_are_there() -> None:
    assert len(countries.NAMES) == 249
    assert all(countries.code(name) == code for code, name in countries.NAMES.items())


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.decimals() | st.text(alphabet=st.characters()),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=4,
)


@given(anything)
@settings(deadline=None)
def test_any_value_is_taken_or_refused_and_nothing_else(value: Any) -> None:
    for check in (fields.text, fields.prose, fields.whole, fields.email, fields.moment, fields.day):
        try:
            check(value)
        except Bad as bad:
            assert bad.say.endswith(".")  # noqa: PT017  (either outcome is right)
            bad.say.encode()
