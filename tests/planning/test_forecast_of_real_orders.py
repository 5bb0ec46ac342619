"""A year of a real gift wholesaler's orders (UCI Online Retail): forecast before, compared after; and what `stowline plan` prints."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest

from stowline.planning import backtest_rules, daily_csv, forecast_rules
from tests.commands import House, house_at, stowline

DAILY = "data/history/uci_online_retail/daily_counts_train_to_2011-11-13.csv"


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    with house_at(tmp_path, monkeypatch) as made:
        yield made


def test_the_forecast_beats_last_week_at_every_horizon_and_its_range_holds(shared: Path) -> None:
    past = forecast_rules.history(daily_csv.read(shared / DAILY))
    assert (len(past.orders), past.last) == (348, date(2011, 11, 13))
    report = backtest_rules.backtest(past)
    assert [one.ahead for one in report.horizons] == list(range(1, 15))
    assert all(one.days == 48 for one in report.horizons)
    assert [one.ahead for one in report.horizons if one.error >= one.baseline_error] == []
    assert 0.75 <= report.covered <= 0.88
    assert report.on_closed_days == 0


def test_no_order_is_forecast_for_a_saturday(shared: Path) -> None:
    days = forecast_rules.forecast(forecast_rules.history(daily_csv.read(shared / DAILY)), 60)
    saturdays = [one for one in days if one.day.weekday() == 5]
    assert len(saturdays) == 8
    assert all(one.closed and one.orders == one.low == one.high == 0 for one in saturdays)
    assert all(one.orders > 20 for one in days if one.day.weekday() not in (5, 6) and one.day < date(2011, 12, 20))


def test_the_command_prints_each_day_and_its_back_test(shared: Path, house: House) -> None:
    file = str(shared / DAILY)
    said = stowline("plan", "forecast", "--daily", file, "--until", "2011-10-30", "--days", "14", "--country", "GB-ENG", "--json").json
    assert [one["date"] for one in said["days"]][::13] == ["2011-10-31", "2011-11-13"]
    came = daily_csv.read(shared / DAILY)
    assert sum(one["low"] <= came.get(date.fromisoformat(one["date"]), 0) <= one["high"] for one in said["days"]) >= 10
    shown = stowline("plan", "forecast", "--daily", file).out
    assert "Sat 2011-11-19    closed" in shown
    report = stowline("plan", "backtest", "--daily", file, "--weeks", "2", "--days", "3", "--json").json
    assert [one["days"] for one in report["horizons"]] == [12, 12, 12]
    assert "Within the 80 % range" in stowline("plan", "backtest", "--daily", file, "--weeks", "2", "--days", "3").out


@pytest.mark.parametrize(("text", "more", "say"), [
    ("date,orders\n2026-02-30,4\n", [], "Row 2: “2026-02-30” is no day. Write it as 2026-11-27."),
    ("date,orders\n2026-01-05,-4\n", [], "Row 2: “-4” is no number of orders, 0 to 10,000,000."),
    ("date,orders\n2026-01-05,4\n2026-01-05,5\n", [], "Row 3: 2026-01-05 stands twice."),
    ("date,orders\n", [], "There is no day in days.csv."),
    ("date,orders\n1026-01-05,4\n2026-01-05,4\n", [], "Row 3: 2026-01-05 is more than 20,000 days from another one."),
    ("day;n\n2026-01-05;4\n", ["--map", "date=day,orders=n", "--until", "2026-01-04"], "The file begins on 2026-01-05, after 2026-01-04."),
    ("date,orders\n2026-01-05,4\n", ["--until", "2026-03-01"], "The file ends on 2026-01-05; of the days until 2026-03-01 it knows nothing."),
    ("date,orders\n2026-01-05,4\n", ["--country", "XX"], "No public holidays are known of XX. Say a country as ISO 3166 has it, such as DE, or DE-BY."),
])  # fmt: skip
def test_a_file_that_makes_no_history_is_refused_with_its_row(house: House, tmp_path: Path, text: str, more: list[str], say: str) -> None:
    file = tmp_path / "days.csv"
    file.write_text(text)
    assert stowline("plan", "forecast", "--daily", str(file), *more).refusal == say


def test_a_short_file_has_no_back_test(house: House, tmp_path: Path) -> None:
    file = tmp_path / "days.csv"
    file.write_text("date,orders\n2026-01-05,4\n2026-01-06,5\n")
    assert stowline("plan", "backtest", "--daily", str(file)).refusal == "The file knows 2 days; to look back on 8 weeks takes 77."
