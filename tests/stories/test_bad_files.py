"""Bad files at the command line, and uploads that are too large."""

from pathlib import Path

import pytest

from stowline.core import db
from tests.asserts import clear_no
from tests.makers import STORE, Lines, Tablet, web
from tests.services import cli, cli_json
from tests.stories.conftest import Founded, copy_sqlite


def test_an_upload_larger_than_the_limit_is_turned_away(founded_sqlite: Founded, tmp_path: Path) -> None:
    env = {
        "STOWLINE_DATABASE_URL": copy_sqlite(founded_sqlite, tmp_path / "s.db"),
        "STOWLINE_UPLOAD_LIMIT_BYTES": "5000",
    }
    with web(tmp_path, **env) as stowline, Lines() as lines:
        for path in ("/api/v1/orders", "/scans", "/scans/batch", f"/intake/{STORE}/shopify", "/login"):
            maja = Tablet(lines.to(stowline.url), founded_sqlite.token)
            assert "5,000 bytes" in clear_no(maja.post(path, b"x" * 5001), 413)
        assert maja.post("/api/v1/products", {"sku": "A", "name": "x" * 200}).status == 201


@pytest.fixture
def books_env(founded_sqlite: Founded, tmp_path: Path) -> dict[str, str]:
    return {"STOWLINE_DATABASE_URL": copy_sqlite(founded_sqlite, tmp_path / "files.db")}


def test_a_file_of_a_spreadsheet_in_cp1252_is_read_and_bad_rows_are_told(
    books_env: dict[str, str], tmp_path: Path
) -> None:
    rows = [
        ["order", "sku", "quantity", "email", "ship_name", "line1", "city", "country"],
        ["1", "MUG", "2", "zoe@example.test", "Zoë Müller – Größe", "Straße 1", "Köln", "DE"],
        ["1", "CUP", "0", "", "", "", "", ""],
        ["2", "MUG", "-1", "", "", "", "", ""],
        ["2", "MUG", "1.5", "", "", "", "", ""],
        ["2", "MUG", "1000000000000", "", "", "", "", ""],
        ["3", "MU\x00G", "1", "", "", "", "", ""],
        ["4", "NOBODY", "1", "", "", "", "", ""],
        ["5", "MUG", "1", "not an address", "", "", "", ""],
        ["1", "MUG", "1", "", "", "", "", ""],
    ]
    file = tmp_path / "orders.csv"
    file.write_bytes("\r\n".join(",".join(row) for row in rows).encode("cp1252"))
    goods = tmp_path / "goods.csv"
    goods.write_text("sku,name\nMUG,Mug\nCUP,Cup\n")
    cli_json("import", "products", str(goods), env=books_env)
    words = ("import", "orders", str(file), "--format", "lines-csv", "--store", STORE)
    dry = cli_json(*words, "--dry-run", env=books_env)
    tally = cli_json(*words, env=books_env)
    assert tally["orders"] == dry["orders"] == 1
    assert len(tally["reasons"]) == len(rows) - 3
    assert all(reason["say"].endswith(".") for reason in tally["reasons"])
    again = cli_json(*words, env=books_env)
    assert (again["orders"], again["duplicates"]) == (0, 1)
    found = db.Database(books_env["STOWLINE_DATABASE_URL"])
    with found.reading() as session:
        names = session.connection().exec_driver_sql("SELECT ship_name, city FROM orders").all()
    found.close()
    assert [tuple(row) for row in names] == [("Zoë Müller – Größe", "Köln")]


def test_a_file_that_is_none_is_a_sentence_and_not_a_traceback(books_env: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "x.csv"
    for content in (b"", b"\x00" * 100, b"order,sku\n" + b"x," * 5000):
        file.write_bytes(content)
        done = cli("import", "orders", str(file), "--format", "lines-csv", "--store", STORE, env=books_env, check=False)
        assert "Traceback" not in done.stderr
        assert done.returncode == 0 or done.stderr.strip().endswith("."), (content[:20], done.stderr)
