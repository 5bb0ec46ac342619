"""An address that does not take mail is left in peace: for all or for marketing, of one store or of all, until lifted."""

from datetime import timedelta
from typing import Any

import pytest

from stowline.core import clock, db
from stowline.core.errors import Conflict, Refused
from stowline.notifications import mail_reports, suppressions
from stowline.notifications.mail_reports import Reported
from stowline.notifications.suppression_rules import SOFT_MOST, SOFT_REST
from stowline.stores import service as stores
from tests.makers import FORM_TYPE, Tablet
from tests.stories.conftest import House

INES = "Ines@Example.test"


@pytest.fixture
def shops(house: House) -> tuple[int, int]:
    """Two stores."""
    assert house.count("suppression") == 0
    with db.transaction() as session:
        return stores.open_store(session, "kiln").id or 0, stores.open_store(session, "nordlys").id or 0


def why(address: str, *, marketing: bool, store: int | None, channel: str = "email") -> str:
    with db.reading() as session:
        return suppressions.suppressed(session, channel, address, marketing=marketing, store_id=store)


def stop(address: str, scope: str, store: int | None, **more: Any) -> int:
    with db.transaction() as session:
        return suppressions.suppress(session, "email", address, scope=scope, store_id=store, why="asked for", source="by hand", **more)


def report(kind: str, key: str, **more: Any) -> int | None:
    said: dict[str, Any] = {"source": "mailbox", "address": INES, "code": "", "say": "said so", "at": clock.now()} | more
    one = Reported(key=key, kind=kind, **said)
    with db.transaction() as session:
        return mail_reports.take(session, one)


def test_marketing_of_one_store_stops_and_nothing_else(shops: tuple[int, int]) -> None:
    kiln, nordlys = shops
    stop(INES, "marketing", kiln)
    assert "asked for" in why(" ines@EXAMPLE.test ", marketing=True, store=kiln)
    assert why(INES, marketing=False, store=kiln) == ""
    assert why(INES, marketing=True, store=nordlys) == ""
    assert why(INES, marketing=True, store=kiln, channel="sms") == ""


def test_an_address_stopped_for_all_hears_nothing_of_any_store(shops: tuple[int, int]) -> None:
    stop(INES, "all", None)
    assert [bool(why(INES, marketing=m, store=s)) for m in (True, False) for s in (*shops, None)] == [True] * 6


def test_stopping_twice_is_stopping_once_and_lifting_is_kept_with_its_reason(shops: tuple[int, int]) -> None:
    first = stop(INES, "all", None)
    assert stop(INES, "all", None) == first
    with db.transaction() as session:
        with pytest.raises(Refused, match="Say why"):
            suppressions.lift(session, first, who="Ruth", why=" ")
        lifted = suppressions.lift(session, first, who="Ruth", why="She wrote that it works again")
        assert (lifted.lifted_by, lifted.lifted_why) == ("Ruth", "She wrote that it works again")
    assert why(INES, marketing=False, store=shops[0]) == ""
    with pytest.raises(Conflict), db.transaction() as session:
        suppressions.lift(session, first, who="Ruth", why="again")
    assert stop(INES, "all", None) != first
    assert why(INES, marketing=False, store=shops[0]) != ""


def test_what_ends_by_itself_ends_and_may_be_made_to_last(shops: tuple[int, int]) -> None:
    first = stop(INES, "all", None, until=clock.now() + timedelta(days=7))
    assert "until" in why(INES, marketing=False, store=shops[0])
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        assert why(INES, marketing=False, store=shops[0]) == ""
    assert stop(INES, "all", None) == first
    with clock.stopped_at(clock.now() + timedelta(days=8)):
        assert why(INES, marketing=False, store=shops[0]) != ""


def test_a_hard_bounce_stops_the_address_and_counts_once(shops: tuple[int, int]) -> None:
    assert report("hard", "mailbox:1") is not None
    assert report("hard", "mailbox:1") is None
    assert "hard bounce" in why(INES, marketing=False, store=shops[0])
    with db.reading() as session:
        assert mail_reports.counts(session, [INES, "tom@example.test"]) == {"ines@example.test": {("hard", ""): 1}, "tom@example.test": {}}


def test_what_no_database_takes_is_cleaned_away(shops: tuple[int, int]) -> None:
    assert report("hard", "k\x00\ud800" + "x" * 300, say="550 \x00\ud800 gone" + "y" * 900, code="5.1.1\x00", address="tom@example.test\x00\udcff") is not None
    with db.reading() as session:
        assert list(mail_reports.counts(session, ["tom@example.test"]).values()) == [{("hard", ""): 1}]
    assert why("tom@example.test", marketing=False, store=shops[0]) != ""


def test_a_complaint_stops_marketing_and_receipts_go_on(shops: tuple[int, int]) -> None:
    report("complaint", "fbl:1")
    assert "complaint" in why(INES, marketing=True, store=shops[0])
    assert why(INES, marketing=False, store=shops[0]) == ""


def test_who_is_forgotten_leaves_counts_and_is_still_not_written_to(shops: tuple[int, int]) -> None:
    report("hard", "mailbox:1")
    with db.transaction() as session:
        assert mail_reports.scrub(session, INES) == 1
        assert mail_reports.scrub(session, INES) == 0
        assert mail_reports.counts(session, [INES]) == {"ines@example.test": {}}
        assert sum(mail_reports.totals(session, clock.now() - timedelta(minutes=1)).values()) == 1
    assert why(INES, marketing=False, store=shops[0]) != ""


def test_some_soft_bounces_stop_an_address_for_a_week(shops: tuple[int, int]) -> None:
    for n in range(SOFT_MOST):
        assert why(INES, marketing=False, store=shops[0]) == ""
        report("soft", f"soft:{n}")
    assert "soft bounces" in why(INES, marketing=False, store=shops[0])
    with clock.stopped_at(clock.now() + SOFT_REST + timedelta(minutes=1)):
        assert why(INES, marketing=False, store=shops[0]) == ""


def test_a_manager_stops_an_address_finds_it_and_lifts_it(house: House, ruth: Tablet) -> None:
    page = {**ruth.headers, "Accept": "text/html", **FORM_TYPE}
    form = b"address=Tom%40Example.test&channel=email&scope=marketing&store=demo&reason=He+rang&csrf="
    added = ruth.send("POST", "/messages/suppressions", form, page)
    assert (added.status, added.headers["location"]) == (303, "/messages/suppressions?done=added")
    refused = ruth.send("POST", "/messages/suppressions", form.replace(b"Tom%40Example.test", b"nobody"), page)
    assert (refused.status, b"not an e-mail address" in refused.raw) == (422, True)
    assert b"tom<wbr>@example.test" in ruth.send("GET", "/messages/suppressions?q=TOM", None, page).raw
    assert b"No address here" in ruth.send("GET", "/messages/suppressions?q=ines", None, page).raw
    assert b"tom@example.test,email,marketing,demo,He rang (by Ruth Adeyemi)" in ruth.get("/messages/suppressions.csv").raw
    lifted = ruth.send("POST", "/messages/suppressions/1/lifting", b"reason=He+rang+again", page)
    assert lifted.status == 303
    assert b"He rang again" in ruth.send("GET", "/messages/suppressions?view=lifted", None, page).raw
    assert b"tom<wbr>@" not in ruth.send("GET", "/messages/suppressions", None, page).raw
    assert ruth.send("POST", "/messages/suppressions/1/lifting", b"reason=x", page).status == 409
    assert ruth.send("POST", "/messages/suppressions/99/lifting", b"reason=x", page).status == 404
    assert ruth.send("POST", "/messages/suppressions/1/lifting", b"reason=", page).status == 422
