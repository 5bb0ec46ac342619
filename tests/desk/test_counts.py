"""Counts at the desk: who asks for one, what must be decided, what the plan asks for, how right the books are."""

from datetime import UTC, date, datetime, timedelta

import pytest

from stowline.core import clock, db
from stowline.desk.queries import counting
from stowline.inventory import count_plan, velocity
from stowline.people.somebody import Somebody
from tests.asserts import accepted
from tests.desk.conftest import House
from tests.makers import Tablet

BIN = "A-01-1"
TASK = f"count:{BIN}"


def counted(tablet: Tablet, units: int, sku: str = "MUG", bin_: str = BIN) -> None:
    accepted(tablet.scan(f"count:{bin_}", bin_))
    if units:
        accepted(tablet.scan(f"count:{bin_}", sku, units))
    else:
        accepted(tablet.scan(f"count:{bin_}", "CMD:DONE"))
    accepted(tablet.scan(f"count:{bin_}", "CMD:DONE" if units else bin_))


def test_a_bin_and_a_product_are_counted_by_hand(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 3})
    page = ruth.send(ruth.get(f"/bins/{BIN}"), "/counts", reason="looks odd")
    assert "Somebody will be asked to count it." in page.text
    assert "1 to count." in page.text
    assert "looks odd" in page.text
    assert "Ruth Adeyemi" in page.text
    again = ruth.send(ruth.get("/stock/MUG"), "/counts", reason="once more")
    assert "1 to count." in again.text  # the bin is on the list already
    late = ruth.send(ruth.get("/counts"), "/priority", priority="9")
    assert "The order of the list is changed." in late.text
    assert "from 1 to 9" in ruth.send(ruth.get("/counts"), "/priority", priority="12").text
    none = ruth.send(ruth.get("/counts"), "/cancellation")
    assert "Nothing to count." in none.text
    assert "no bin NOWHERE" in ruth.send(none, "/counts", bin="NOWHERE", reason="why").text
    assert robot.tasks("count") == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"bin": "", "why": "odd"}, "The bin is missing"), ({"bin": BIN, "why": " "}, "The reason is missing"),
        ({"bin": BIN, "why": "a\x00b"}, "cannot be printed"), ({"bin": BIN, "why": "two\nlines"}, "cannot be printed"),
        ({"bin": BIN, "why": "x" * 201}, "At most 200 fit"), ({"bin": "B" * 61, "why": "odd"}, "At most 60 fit"),
        ({"bin": "ADJUSTMENT", "why": "odd"}, "no bin to count: nothing lies in it"),
        ({"bin": "PACK-1", "why": "odd"}, "no bin to count: what is in it belongs to orders"),
    ],
)
def test_a_program_that_asks_for_a_count_hears_what_is_wrong(any_house: House, sent: dict[str, str], said: str) -> None:
    answer = any_house.robot().post("/api/v1/counts", sent)
    assert (answer.status, said in answer["say"]) == (422, True), answer.raw
    assert any_house.robot().get("/api/v1/counts")["items"] == []


def test_asking_again_is_the_same_count_and_its_reason_is_text(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    wish = {"bin": BIN, "why": "=cmd|' /C calc'!A1 <script>alert(1)</script>"}
    first, again = (robot.post("/api/v1/counts", wish) for _ in range(2))
    assert (first.status, first["id"]) == (201, again["id"])
    assert "<script>alert" not in ruth.get("/counts").answer.text
    assert "'=cmd|" in ruth.file("/counts.csv").text


def test_what_units_are_missing_in_cannot_be_cancelled(house: House) -> None:
    robot, ruth = house.robot(), house.ruth()
    robot.stock_up({"MUG": 3})
    robot.place("1042", {"MUG": 3})
    robot.follow("pick:CART-1", until="product")
    assert robot.scan("pick:CART-1", "CMD:SHORT").status == 200
    page = ruth.get("/counts?kind=short&q=MUG")
    assert "Units are missing there: only a count can say whether they exist." in page.text
    token = page.form("/priority").fields["csrf"]
    assert "only a count can say" in ruth.ask("POST", page.form("/priority").action.replace("priority", "cancellation"), data={"csrf": token}).text
    assert "MUG" in ruth.file("/counts.csv").text


def test_a_manager_decides_between_two_numbers(house: House) -> None:
    maja, tom, ruth = house.robot(), house.robot("tom"), house.ruth()
    maja.stock_up({"MUG": 40})
    counted(maja, 20)
    assert "Somebody else must count" in ruth.get("/counts?view=decide").text
    counted(tom, 22)
    page = ruth.get("/counts?view=decide")
    assert "They disagree" in page.text
    assert "\N{MINUS SIGN}20" in page.text
    decided = ruth.send(page, "/decision", difference="-19")
    assert "Decided." in decided.text
    assert maja.stock("MUG")["on_hand"] == 21
    history = ruth.get("/counts/history?found=off&q=MUG")
    assert "Not believed" in history.text
    assert "Ruth Adeyemi" in history.text
    assert maja.scan(TASK, "CMD:UNDO").status == 409


def test_nobody_decides_on_the_own_count(house: House) -> None:
    maja, ruth = house.robot(), house.ruth()
    maja.stock_up({"MUG": 40})
    token = ruth.get("/counts").form("/counts").fields["csrf"]
    for n, (code, units) in enumerate(((BIN, "1"), ("MUG", "20"), ("CMD:DONE", "1"))):
        scan = {"csrf": token, "scan_id": f"ruth-{n}", "task": TASK, "code": code, "quantity": units}
        assert ruth.ask("POST", "/scans", data=scan).status_code == 200
    page = ruth.get("/counts?view=decide")
    assert "You counted this yourself, so somebody else must decide." in page.text
    asked = counting_request()
    assert "Somebody else must decide" in ruth.ask("POST", f"/counts/{asked}/decision", data={"csrf": token, "difference": "-20"}).text
    assert maja.stock("MUG")["on_hand"] == 40


def counting_request() -> int:
    with db.reading() as session:
        return int(counting.to_decide(session, Somebody("", ""))[0]["id"])


def test_the_books_are_as_right_as_the_counts_that_ended_the_question(house: House) -> None:
    maja, tom, ruth = house.robot(), house.robot("tom"), house.ruth()
    maja.stock_up({"MUG": 40})
    maja.stock_up({"CUP": 10})
    counted(maja, 20)
    counted(tom, 40)  # the books were right after all
    counted(maja, 9, "CUP", "A-01-2")
    counted(maja, 0, bin_="A-01-3")
    with db.reading() as session:
        (zone,) = counting.accuracy(session, 30)
    assert (zone["bins"], zone["right"], zone["book"], zone["wrong"]) == (3, 2, 50, 1)
    page = ruth.get("/counts/accuracy?days=90")
    assert "98.00 %" in page.text
    assert "66.7 %" in page.text
    assert "98.0" in ruth.file("/counts/accuracy.csv").text
    assert "CUP" in ruth.file("/counts/history.csv?found=off").text


def test_the_plan_is_changed_and_a_wrong_number_says_what_is_right(house: House) -> None:
    house.robot()
    ruth = house.ruth()
    page = ruth.send(ruth.get("/counts/plan"), "/counts/plan", a_days="7", per_day="3", work_days="6")
    assert "The plan is changed." in page.text
    assert page.form("/counts/plan").fields["a_days"] == "7"
    wrong = ruth.send(page, "/counts/plan", a_days="0")
    assert "from 1 to 3,660" in wrong.text
    assert "at most 99 %" in ruth.send(page, "/counts/plan", a_share="80", b_share="20").text
    assert page.form("/counts/plan").fields["a_days"] == "7"


MONDAY = date(2031, 1, 6)


@pytest.fixture
def bins_in_use(house: House) -> Tablet:
    robot = house.robot()
    robot.stock_up({"MUG": 3})
    robot.stock_up({"CUP": 3})
    robot.place("1042", {"MUG": 3})
    robot.follow("pick:CART-1")
    return robot


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


@pytest.mark.usefixtures("bins_in_use")
def test_the_plan_asks_for_bins_day_by_day_and_never_for_one_twice(house: House) -> None:
    asked: set[str] = set()
    for n in range(7):
        with clock.stopped_at(at_noon(MONDAY + timedelta(days=n))):
            velocity.catch_up()
            for _ in range(2):
                with db.transaction() as session:
                    count_plan.every_hour(session, "")
            found = {item["task"] for item in house.robot().tasks("count")}
            assert (len(found) > len(asked)) == (n < 5)  # nothing new at the weekend
            asked |= found
    assert len(asked) < 20


@pytest.mark.usefixtures("bins_in_use")
def test_a_bin_that_the_books_emptied_is_looked_into_once(house: House) -> None:
    robot = house.robot()
    for _ in range(2):
        with db.transaction() as session:
            count_plan.ask_for_emptied(session)
        assert [item["task"] for item in robot.tasks("count")] == [TASK]
    counted(robot, 0)
    with db.transaction() as session:
        count_plan.ask_for_emptied(session)
    assert robot.tasks("count") == []
