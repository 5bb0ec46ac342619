import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stowline.core import csvfile
from stowline.core.csvfile import Refusal, Row
from stowline.core.errors import Refused


def rows(data: Any, mapping: dict[str, str] | None = None, refuse: Any = (), **more: Any) -> list[Any]:
    return list(csvfile.read(data, mapping or {"a": "A", "b": "B"}, refuse, **more))


def test_rows_are_numbered_as_in_a_spreadsheet_and_cells_are_stripped() -> None:
    assert rows(b"A,B\n 1 , x \n\n2,y\n") == [Row(2, {"a": "1", "b": "x"}), Row(4, {"a": "2", "b": "y"})]


def test_a_line_break_inside_quotes_does_not_shift_the_numbers() -> None:
    assert [row.number for row in rows(b'A,B\n"1\n1",x\n2,y\n')] == [2, 3]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
@pytest.mark.parametrize("bom", [b"", b"\xef\xbb\xbf"])
def test_the_delimiter_is_found_by_the_columns_asked_for(delimiter: Any, bom: Any) -> None:
    data = delimiter.join(["A", "B", "Price, in EUR; net"]).join(["", "\n"]).replace("Price, in EUR; net", '"P, E; n"')
    assert rows(bom + data.encode() + f"1{delimiter}ü{delimiter}3".encode()) == [Row(2, {"a": "1", "b": "ü"})]


def test_a_file_that_is_not_utf8_is_read_as_windows_1252() -> None:
    assert rows("A,B\n€5,Müller\n".encode("cp1252")) == [Row(2, {"a": "€5", "b": "Müller"})]


def test_a_byte_that_is_in_neither_encoding_refuses_its_row_only() -> None:
    seen = rows(b"A,B\n1,\x81\n2,\xfc\n")
    assert [type(row) for row in seen] == [Refusal, Row]
    assert "UTF-8" in seen[0].say


def test_utf16_is_told_apart_with_advice() -> None:
    with pytest.raises(Refused, match="UTF-16"):
        rows("A,B\n1,2\n".encode("utf-16"))


def test_a_missing_column_names_the_columns_there_are() -> None:
    with pytest.raises(Refused) as refused:
        rows(b"Sku,Qty\n1,2\n", {"a": "SKU", "b": "Qty"}, [("Land", "x")])
    assert refused.value.say == "The file has no column “SKU”, “Land”. Its columns are “Sku”, “Qty”."


def test_an_optional_column_may_be_absent() -> None:
    assert rows(b"A\n1\n", optional=["b"]) == [Row(2, {"a": "1"})]


def test_two_columns_of_one_name_are_not_guessed_between() -> None:
    with pytest.raises(Refused, match="2 columns"):
        rows(b"A,B,A\n1,2,3\n")


@pytest.mark.parametrize("data", [b"", b"\n\n", b"\xef\xbb\xbf", b"  ,  \n1,2\n"])
def test_a_file_without_a_header_is_refused(data: Any) -> None:
    with pytest.raises(Refused, match="no header"):
        rows(data)


def test_ragged_rows_are_refused_and_the_others_stand() -> None:
    seen = rows(b"A,B\n1\n1,2,3\n1,2,\n1,2\n")
    assert [(type(row), row.number) for row in seen] == [(Refusal, 2), (Refusal, 3), (Row, 4), (Row, 5)]
    assert seen[1].say == "The row has 3 cells and the header 2."


def test_nul_bytes_and_huge_cells_refuse_their_row_only() -> None:
    seen = rows(b"A,B\n1,\x00\n" + b"x" * 200_000 + b",2\n3,4\n")
    assert [type(row) for row in seen] == [Refusal, Refusal, Row]
    assert "131,072" in seen[1].say


@pytest.mark.parametrize("tail", [b"3,4\n", b"3,4\n" * 60_000])
def test_a_quote_left_open_is_told_and_ends_the_file(tail: Any) -> None:
    seen = rows(b'A,B\n1,2\n"1,2\n' + tail)
    assert seen == [
        Row(2, {"a": "1", "b": "2"}),
        Refusal(3, "A quote is opened in this row and not closed. Nothing below it was read."),
    ]


def test_a_quote_amid_a_quoted_cell_is_refused_not_guessed() -> None:
    seen = rows(b'A,B\n"5" screen",2\n3,4\n')
    assert [type(row) for row in seen] == [Refusal, Row]


def test_rows_that_a_pattern_finds_are_turned_away_with_the_reason() -> None:
    seen = rows(b"A,B\nC1,2\n1,2\n", refuse=csvfile.parse_refuse(["A=^[CA]"]))
    assert seen[0] == Refusal(2, "A is “C1”, which ^[CA] turns away.")
    assert isinstance(seen[1], Row)


def test_a_pattern_that_is_none_is_refused() -> None:
    with pytest.raises(Refused, match="regular expression"):
        rows(b"A,B\n1,2\n", refuse=[("A", "(")])
    with pytest.raises(Refused, match="Column=PATTERN"):
        csvfile.parse_refuse(["A"])


def test_a_mapping_is_read_from_the_command_line() -> None:
    assert csvfile.parse_mapping("a=Column A, b = B=2,", ["a", "b"]) == {"a": "Column A", "b": "B=2"}
    with pytest.raises(Refused, match=re.escape("The fields are a, b.")):
        csvfile.parse_mapping("c=X", ["a", "b"])
    with pytest.raises(Refused, match="field=Column"):
        csvfile.parse_mapping("a", ["a", "b"])


def test_a_file_is_read_as_a_stream(tmp_path: Path) -> None:
    file = tmp_path / "big.csv"
    file.write_bytes(b"A,B\n" + b"1,2\n" * 100_000)
    reading = csvfile.read(file, {"a": "A"})
    assert next(reading) == Row(2, {"a": "1"})
    assert sum(1 for _ in reading) == 99_999


def test_a_file_that_cannot_be_opened_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Refused, match="cannot be opened"):
        rows(tmp_path / "none.csv")


@given(
    st.binary(max_size=200)
    | st.text(alphabet='AB,;\t"\n\r\x00é1', max_size=80).map(lambda tail: ("A,B\n" + tail).encode())
)
@settings(deadline=None)
def test_any_bytes_are_rows_or_refusals(data: Any) -> None:
    try:
        seen = rows(data)
    except Refused as refused:
        assert refused.say.endswith(".")  # noqa: PT017  (either outcome is right)
    else:
        assert all(isinstance(row, Row | Refusal) for row in seen)
