"""The command line as its callers meet it: names and options of the public contract, sentences instead of tracebacks."""

import re
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from litestar.testing import TestClient

from stowline.app import create_app
from tests.commands import House, house_at, stowline
from tests.makers import Tablet, found_site, in_process
from tests.services import ROOT, FreshProcess, clean_env

CONTRACT = {
    "migrate": [],
    "init": ["--store"],
    "token add": ["--name", "--scope"],
    "token webhook": ["--store", "--platform", "--secret"],
    "user add": ["--name", "--email", "--role", "--badge", "--pin", "--password"],
    "import": ["--format", "--map", "--refuse", "--create-products", "--store", "--notify", "--dry-run", "--json"],
    "up": ["--host", "--port"],
    "web": ["--host", "--port"],
    "relay": [],
    "worker": [],
    "crew": ["--url", "--token", "--workers", "--mistakes", "--orders", "--json"],
    "check": ["--rebuild", "--repair", "--yes", "--json"],
    "demo": ["--serve", "--host", "--port", "--fresh"],
}
NAMES = {command.split()[0] for command in CONTRACT}
STARTER_SITE = {
    "adjustment": 1, "backorder": 40, "customer": 1, "dock": 1, "pack": 1, "pick": 40, "quarantine": 1, "scrap": 1,
    "ship": 1, "staging": 1, "storage": 1, "supplier": 1, "tote": 24,
}  # fmt: skip


@pytest.fixture(scope="module")
def founded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A starter site, made once."""
    file = tmp_path_factory.mktemp("founded") / "stowline.db"
    found_site(f"sqlite:///{file}")
    return file


@pytest.fixture
def house(founded: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_at(tmp_path, monkeypatch, like=founded) as house:
        yield house


@pytest.fixture
def empty(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    """Nothing there yet, not even a database."""
    with house_at(tmp_path, monkeypatch) as house:
        yield house


# ---------------------------------------------------------------- names and options


@pytest.mark.parametrize("command", CONTRACT)
def test_every_command_has_its_options_and_says_what_each_is_for(command: str) -> None:
    said = stowline(*command.split(), "--help")
    assert said.code == 0
    assert [option for option in CONTRACT[command] if option not in said.out.split()] == []


def test_help_names_every_command() -> None:
    said = stowline("--help").out
    assert [command for command in CONTRACT if f"\n  {command.split()[0]} " not in said] == []


def test_every_command_and_option_that_the_guides_name_exists() -> None:
    guides = [ROOT / "README.md", ROOT / "Makefile", *(ROOT / "docs").rglob("*.md"), *(ROOT / "deploy").rglob("*")]
    text = "\n".join(guide.read_text() for guide in guides if guide.is_file())
    calls = {line for line in re.findall(r"\bstowline ((?:[a-z]+ ?)[^\n`&|#]*)", text) if line.split()[0] in NAMES}
    assert len(calls) > 15
    for call in calls:
        words = call.split()
        command = " ".join(words[:2]) if words[0] in {"token", "user"} else words[0]
        helped = stowline(*command.split(), "--help")
        assert helped.code == 0, call
        options = [word.partition("=")[0].rstrip(",.;:)") for word in words if word.startswith("--")]
        assert [option for option in options if option not in helped.out.split()] == [], call


def test_the_version_is_the_packages() -> None:
    assert stowline("--version").out.startswith("stowline, version 0.")


@pytest.mark.parametrize(
    "words",
    ["nonsense", "up --port 70000", "up --port none", "migrate --x", "init", "token add --name a", "token add --name a --scope b",
     "import orders", "import orders no-such-file", "import people /dev/null", "import orders /", "user add --name a --role boss",
     "crew --url http://127.0.0.1:1", "crew --url http://127.0.0.1:1 --token t --mistakes 2", "check --jason"],
)  # fmt: skip
def test_bad_options_are_a_usage_line_and_exit_2(empty: House, words: str) -> None:
    assert stowline(*words.split()).refusal.startswith("Usage: stowline")


# ---------------------------------------------------------------- the first commands


def test_init_puts_up_the_starter_site_and_again_changes_nothing(empty: House) -> None:
    assert stowline("migrate").code == 0
    for _ in range(2):
        assert stowline("init", "--store", "my-shop").code == 0
        assert dict(empty.rows("SELECT kind, count(*) FROM location GROUP BY kind")) == STARTER_SITE
        assert empty.rows("SELECT code, count(*) FROM cart GROUP BY code") == [(f"CART-{n}", 1) for n in range(1, 5)]
        assert empty.rows("SELECT key FROM store") == [("my-shop",)]


def test_a_second_store_shares_the_site(house: House) -> None:
    before = house.rows("SELECT count(*) FROM location")
    assert stowline("init", "--store", "other").code == 0
    assert house.rows("SELECT key FROM store ORDER BY key") == [("demo",), ("other",)]
    assert house.rows("SELECT count(*) FROM location") == before


def test_a_token_is_the_last_word_and_opens_the_api(house: House) -> None:
    said = stowline("token", "add", "--name", "robots", "--scope", "scan", "--scope", "api")
    token = said.out.split()[-1]
    with TestClient(create_app()) as client:
        assert Tablet(in_process(client), token).get("/api/v1/stock").status == 200
        assert Tablet(in_process(client), token + "x").get("/api/v1/stock").status == 401
    assert token not in repr(house.rows("SELECT * FROM api_token"))


def test_a_person_is_added_once_for_each_badge_and_address(house: House) -> None:
    words = ["user", "add", "--name", "Maja", "--role", "picker", "--badge", "B-9", "--pin", "2580"]
    assert stowline(*words).out == "Maja can sign in.\n"
    assert stowline(*words).refusal == "Badge B-9 belongs to somebody already. Give another one."
    with_mail = [
        "user",
        "add",
        "--name",
        "Ruth",
        "--role",
        "manager",
        "--email",
        "ruth@example.test",
        "--password",
        "tea at four",
    ]
    assert stowline(*with_mail).code == 0
    assert "belongs to somebody" in stowline(*with_mail).refusal


@pytest.mark.parametrize(
    ("words", "say"),
    [
        (["init", "--store", "no good"], "A store key is 1 to 40 letters, digits, hyphens or underscores."),
        (["token", "add", "--name", "", "--scope", "api"], "The token's name is missing."),
        (["user", "add", "--name", "x", "--role", "picker"],
         "x could not sign in. Give an e-mail address with a password, or a badge with a PIN."),
        (["user", "add", "--name", "x", "--role", "picker", "--badge", "B", "--pin", "12"],
         "A PIN has 4 to 8 digits that are not all the same."),
        (["user", "add", "--name", "x", "--role", "packer", "--email", "nobody", "--password", "long enough"],
         "“nobody” is not an e-mail address."),
        (["user", "add", "--name", "x", "--role", "packer", "--email", "x@example.test", "--password", "short"],
         "A password has 8 to 200 characters. Choose another one."),
        (["crew", "--url", "nonsense", "--token", "t"],
         "'nonsense' is no address of a server. It starts with http:// or https://."),
        (["relay"], "Relay and workers in processes of their own need STOWLINE_BROKER_URL. `stowline up` needs none."),
        (["worker"], "Relay and workers in processes of their own need STOWLINE_BROKER_URL. `stowline up` needs none."),
    ],
)  # fmt: skip
def test_what_cannot_be_done_is_a_sentence(house: House, words: list[str], say: str) -> None:
    assert stowline(*words).refusal == say


# ---------------------------------------------------------------- check


def test_check_tells_every_invariant_to_people_and_to_machines(house: House) -> None:
    told = stowline("check", "--json").json
    assert told.keys() == {"invariants"}
    assert {frozenset(one) for one in told["invariants"]} == {frozenset(("name", "holds", "breaches"))}
    assert {(one["holds"], len(one["breaches"])) for one in told["invariants"]} == {(True, 0)}
    names = [one["name"] for one in told["invariants"]]
    assert stowline("check").out.splitlines() == [f"holds  {name}" for name in names]
    rebuilt = [*names, "rebuilding from zero changes nothing"]
    assert stowline("check", "--rebuild").out.splitlines() == [f"holds  {name}" for name in rebuilt]


def test_check_finds_what_somebody_did_behind_its_back_and_exits_1(house: House) -> None:
    stowline("import", "products", house.write("goods.csv", "sku\nMUG\n"))
    stowline("import", "stock", house.write("stock.csv", "sku,bin,quantity\nMUG,A-01-1,5\n"))
    house.rows("UPDATE balance SET qty = qty + 1 WHERE qty = 5")
    said = stowline("check", "--json")
    assert said.code == 1
    assert '"holds": false' in said.out
    assert "BROKEN balance is the sum of the ledger" in stowline("check").out


# ---------------------------------------------------------------- settings and places that are not what they should be


@pytest.mark.parametrize(
    ("setting", "value", "say"),
    [
        ("MESSAGE_GRACE_S", "soon", "STOWLINE_MESSAGE_GRACE_S: Input should be a valid integer, unable to parse string as an integer"),
        ("MESSAGE_GRACE_S", "-1", "STOWLINE_MESSAGE_GRACE_S: Input should be greater than or equal to 0"),
        ("LOG_LEVEL", "loud", "STOWLINE_LOG_LEVEL: Input should be 'debug', 'info', 'warning' or 'error'"),
        ("TIME_ZONE", "Mars/Olympus", "STOWLINE_TIME_ZONE: It is an IANA name such as Europe/Berlin."),
        ("TIME_ZONE", "Europe", "STOWLINE_TIME_ZONE: It is an IANA name such as Europe/Berlin."),
        ("DATABASE_URL", "mysql://u:secret@h/x", "STOWLINE_DATABASE_URL: It starts with sqlite:/// or postgresql://, or is left out."),
        ("BOUNCE_IMAP_URL", "imap://u:secret@h", "STOWLINE_BOUNCE_IMAP_URL would send its password unencrypted. Use imaps:// or imap+starttls://."),
        ("SMTP_URL", "http://u:secret@h", "STOWLINE_SMTP_URL must look like smtp://user:password@host:port, smtps://… or smtp+starttls://…"),
        ("BROKER_URL", "ftp://u:secret@h", "STOWLINE_BROKER_URL starts with redis:// or amqp://, or is left out."),
    ],
)  # fmt: skip
def test_a_setting_that_makes_no_sense_is_named(
    house: House, monkeypatch: pytest.MonkeyPatch, setting: str, value: str, say: str
) -> None:
    monkeypatch.setenv(f"STOWLINE_{setting}", value)
    assert stowline("relay").refusal == say


def test_a_database_without_tables_is_told_to_be_migrated(empty: House) -> None:
    for words in (["check"], ["init", "--store", "demo"], ["token", "add", "--name", "a", "--scope", "api"]):
        assert stowline(*words).refusal == (
            "The database has no tables yet, or those of another version. Run `stowline migrate` first."
        )


def test_a_postgresql_that_does_not_answer_or_has_no_tables_is_told(
    empty: House, monkeypatch: pytest.MonkeyPatch, fresh_postgres_url: str
) -> None:
    monkeypatch.setenv("STOWLINE_DATABASE_URL", fresh_postgres_url)
    assert stowline("check").refusal.startswith("The database has no tables yet")
    monkeypatch.setenv("STOWLINE_DATABASE_URL", "postgresql://nobody:secret@127.0.0.1:9/none")
    for words in (["check"], ["migrate"]):
        said = stowline(*words).refusal
        assert said.startswith("The database at STOWLINE_DATABASE_URL does not answer, or turns us away: ")
        assert "secret" not in said


def test_a_file_that_is_no_database_stays_as_it_is(empty: House) -> None:
    letter = b"Dear diary, today I was taken for a database.\n" * 40
    empty.file.write_bytes(letter)
    assert stowline("migrate").refusal.endswith("leads to a file that is no SQLite database.")
    assert empty.file.read_bytes() == letter


def test_a_data_folder_that_cannot_be_made_is_named(empty: House, monkeypatch: pytest.MonkeyPatch) -> None:
    (empty.folder / "file").write_text("no folder")
    monkeypatch.setenv("STOWLINE_DATA_DIR", str(empty.folder / "file"))
    assert "file" in stowline("migrate").refusal


# ---------------------------------------------------------------- serving


@pytest.mark.parametrize("command", [["up"], ["web"], ["demo", "--serve"]], ids=lambda words: words[0])
def test_a_port_that_is_taken_is_said_before_anything_is_touched(empty: House, command: list[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        said = stowline(*command, "--port", str(port)).refusal
    assert said.startswith(f"Port {port} is taken: another program answers there, perhaps Stowline itself.")
    assert f"--port {port + 1}" in said
    assert not empty.file.exists()


def test_an_address_of_another_machine_cannot_be_listened_on(empty: House) -> None:
    assert stowline("up", "--host", "192.0.2.1").refusal.startswith("Stowline cannot listen on 192.0.2.1, port 8000")


def test_up_ends_clean_on_ctrl_c_and_leaves_one_file(house: House) -> None:
    with FreshProcess(house.folder) as process:
        assert process.stop(by=signal.SIGINT) == 0
        assert "Traceback" not in process.log()
    assert sorted(path.name for path in house.folder.glob("stowline.db*")) == ["stowline.db"]


def test_what_a_command_prints_can_be_piped(house: House) -> None:
    """`python -m stowline` is the same program; logs never mix with what it prints."""
    done = subprocess.run(
        [sys.executable, "-m", "stowline", "check", "--json"], capture_output=True, text=True, check=True, timeout=60,
        env=clean_env(STOWLINE_DATA_DIR=str(house.folder), STOWLINE_LOG_LEVEL="debug"),
    )  # fmt: skip
    assert done.stdout.startswith('{"invariants": [')
    assert done.stdout.endswith("]}\n")
