"""Carriers tell where parcels are: signed, kept first, worked once, forward only; what cannot be waits for a person."""

import json
import time
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import permutations
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

from stowline.core import clock, db, outbox, signing
from stowline.demo import later
from stowline.packing import queries as packing
from stowline.shipping import carrier_feeds, tracking, tracking_queries
from stowline.shipping.feeds import easypost
from stowline.shipping.tracking_models import TrackingPost
from tests.asserts import clear_no
from tests.commands import stowline
from tests.makers import JSON_TYPE, Lines, Reply, Send, Tablet, at_once
from tests.services import StowlineProcess
from tests.stories.conftest import House, copy_sqlite

NOW = datetime(2026, 11, 27, 9, tzinfo=UTC)
LEFT = NOW - timedelta(hours=12)


def react() -> None:
    """The relay's part, while nothing else runs."""
    with db.transaction(bulk=True) as session:
        while later._next(session, clock.now() + timedelta(minutes=1)):
            pass


def key(provider: str = "signed", typed: str = "") -> str:
    return db.run(lambda session: carrier_feeds.set_secret(session, provider, typed))


def tell(send: Send, secret: str, body: Any, *, ident: str = "msg-1", at: datetime = NOW, said: str = "") -> Reply:
    """A program posts the signed form."""
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = signing.headers(secret, ident, int(at.timestamp()), raw)
    return send("POST", "/tracking/signed", raw, {**headers, "webhook-id": said or ident})


def news(number: str, *steps: tuple[str, int], **more: Any) -> dict[str, Any]:
    """What the signed form says: milestones at hours after the parcel left."""
    rows = [{"milestone": name, "at": (LEFT + timedelta(hours=hours)).isoformat(), "place": "Leeds"} for name, hours in steps]
    return {"tracking": number, "details": rows} | more


def shipped(tablet: Tablet, ref: str = "1042", *, out: bool = True) -> str:
    """An order whose parcel has its label, and is handed over unless told otherwise: its tracking number."""
    tablet.stock_up({f"MUG-{ref}": 1})
    tablet.place(ref, {f"MUG-{ref}": 1})
    if out:
        tablet.ship_all()
    else:
        tablet.follow("pick:CART-1")
        tablet.follow(tablet.tasks("pack")[0]["task"])
    number: str = tablet.order(ref)["parcels"][0]["tracking"]
    return number


def reached(tablet: Tablet, ref: str = "1042") -> list[str]:
    """The milestones that were made known, in their order."""
    order = tablet.order(ref)
    with db.reading() as session:
        subject = packing.parcel_by_code(session, order["parcels"][0]["code"]).order_id
        return [e.values["milestone"] for e in outbox.diary(session, subject) if e.name == "MilestoneReached"]


def work(ident: str) -> None:
    db.run(lambda session: tracking.work(session, ident))


def posts() -> list[TrackingPost]:
    with db.reading() as session:
        return list(session.exec(select(TrackingPost).order_by(col(TrackingPost.id))))


@pytest.fixture
def maja(house: House) -> Any:
    with clock.stopped_at(LEFT):
        tablet = house.tablet()
    with clock.stopped_at(NOW):
        yield tablet


# --- EasyPost -----------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="session")
def known(shared: Path) -> dict[str, Any]:
    answers = json.loads((shared / "data/tracking/webhook_signature_known_answers.json").read_text())
    return next(one for one in answers if one["provider"] == "EasyPost")


@pytest.fixture(scope="session")
def body(shared: Path) -> bytes:
    return (shared / "data/tracking/easypost/event-body.json").read_bytes().removesuffix(b"\n")


def post_easypost(send: Send, body: bytes, signature: str) -> Reply:
    return send("POST", "/tracking/easypost", body, {**JSON_TYPE, "X-Hmac-Signature": signature})


def test_easypost_s_event_with_its_published_signature_moves_the_parcel(house: House, known: dict[str, Any], body: bytes) -> None:
    with clock.stopped_at(datetime(2024, 7, 31, 15, tzinfo=UTC)):
        maja, send = house.tablet(), house.send()
        shipped(maja)
        parcel = maja.order("1042")["parcels"][0]["code"]
        numbered = maja.post(f"/api/v1/parcels/{parcel}/tracking", {"carrier": "FedEx", "number": "1"})
        assert (numbered.status, numbered["number"]) == (200, "1")
        key("easypost", known["secret"])
    with clock.stopped_at(datetime(2024, 8, 2, 19, 27, tzinfo=UTC)):
        assert len(body) == 3550
        taken = post_easypost(send, body, known["expected"])
        assert (taken.status, taken["new"]) == (202, True)
        assert posts()[0].body == body
        for _ in range(2):
            react()
            again = post_easypost(send, body, known["expected"])
            assert (again.status, again["new"]) == (202, False)
        with db.reading() as session:
            ident = packing.parcel_by_code(session, parcel).id or 0
            assert len(tracking_queries.details(session, ident)) == 7
            way = tracking_queries.way(session, ident)
        assert (way.milestone, way.place, way.eta) == ("in_transit", "Edison, NJ, US", date(2024, 8, 5))
        assert way.at == datetime(2024, 8, 2, 18, 50, tzinfo=UTC)
        assert reached(maja) == ["in_transit"]
        told = maja.order("1042")["parcels"][0]
        assert (told["carrier"], told["tracking"], told["milestone"], told["estimated_delivery"]) == ("FedEx", "1", "in_transit", "2024-08-05")
        assert [one["place"] for one in told["milestones"]][::5] == ["Orlando, FL, US", "Edison, NJ, US"]
        assert "On its way: parcel" in maja.get("/api/v1/orders/1042/timeline")["items"][-1]["say"]


def test_each_altered_form_of_easypost_s_event_is_refused(house: House, known: dict[str, Any], body: bytes) -> None:
    send = house.send()
    key("easypost", known["secret"])
    newline, by_nfc, again = (f"hmac-sha256-hex={mark}" for mark in known["negative"].values())
    for changed in (body + b"\n", json.dumps(json.loads(body)).encode(), body.replace(b"in_transit", b"delivered", 1)):
        assert "signature" in clear_no(post_easypost(send, changed, known["expected"]), 401)
    for signature in (newline, by_nfc, again, "", known["expected"].upper(), known["expected"][:-1]):
        clear_no(post_easypost(send, body, signature), 401)
    assert posts() == []
    assert post_easypost(send, body, known["expected"]).status == 202


# --- the signed form ----------------------------------------------------------------------------------------------------


def test_a_parcel_goes_its_way_and_everybody_may_see_it(maja: Tablet, house: House) -> None:
    secret, number, send = key(), shipped(maja), house.send()
    said = news(number, ("in_transit", 1), ("out_for_delivery", 11), estimated_delivery="2026-11-28")
    assert tell(send, secret, said).status == 202
    react()
    assert tell(send, secret, news(number, ("attempt_failed", 12)), ident="msg-2").status == 202
    react()
    assert reached(maja) == ["in_transit", "out_for_delivery", "attempt_failed"]
    parcel = maja.order("1042")["parcels"][0]
    assert (parcel["milestone"], parcel["estimated_delivery"], len(parcel["milestones"])) == ("attempt_failed", "2026-11-28", 3)
    assert maja.events("1042")[-3:] == ["MilestoneReached"] * 3
    house.prove()


def test_stale_and_replayed_and_altered_posts_are_refused(maja: Tablet, house: House) -> None:
    secret, number, send = key(), shipped(maja), house.send()
    said = news(number, ("in_transit", 1))
    for minutes in (-6, 6):
        assert "5 minutes" in clear_no(tell(send, secret, said, at=NOW + timedelta(minutes=minutes)), 401)
    clear_no(tell(send, secret, said, said="msg-9"), 401)
    clear_no(tell(send, signing.new_secret(), said), 401)
    clear_no(send("POST", "/tracking/signed", b"{}", JSON_TYPE), 401)
    assert tell(send, secret, said).status == 202
    assert "already" in clear_no(tell(send, secret, said), 409)
    assert "another body" in clear_no(tell(send, secret, news(number, ("delivered", 2)), at=NOW + timedelta(seconds=2)), 409)
    further = tell(send, secret, said, at=NOW + timedelta(seconds=9))
    assert (further.status, further["new"]) == (202, False), "a sender that did not hear us signs anew, and is heard"
    react()
    assert (len(posts()), reached(maja)) == (1, ["in_transit"])


def test_two_secrets_count_while_one_is_changed(maja: Tablet, house: House) -> None:
    old, number, send = key(), shipped(maja), house.send()
    new = key()
    assert [tell(send, one, news(number, ("in_transit", n)), ident=f"m-{n}").status for n, one in enumerate((old, new), 1)] == [202, 202]
    db.run(lambda session: carrier_feeds.forget_old(session, "signed"))
    clear_no(tell(send, old, news(number, ("in_transit", 3)), ident="m-3"), 401)
    db.run(lambda session: carrier_feeds.close(session, "signed"))
    clear_no(tell(send, new, news(number, ("in_transit", 3)), ident="m-3"), 401)
    made = stowline("token", "carrier", "--provider", "signed")
    assert "/tracking/signed" in made.out
    assert tell(send, made.out.split()[-1], news(number, ("in_transit", 4)), ident="m-4").status == 202


def test_every_order_in_which_a_carrier_tells_it_ends_the_same(maja: Tablet, house: House) -> None:
    secret, send, ends = key(), house.send(), set()
    ways = list(permutations((("in_transit", 1), ("attempt_failed", 6), ("delivered", 9))))
    maja.stock_up({"MUG": len(ways)})
    for n in range(len(ways)):
        maja.place(f"W-{n}", {"MUG": 1})
    maja.ship_all()
    for n, way in enumerate(ways):
        number = maja.order(f"W-{n}")["parcels"][0]["tracking"]
        for step in way:
            assert tell(send, secret, news(number, step), ident=f"{n}-{step[0]}").status == 202
            react()
        told = reached(maja, f"W-{n}")
        assert len(told) == len(set(told))
        assert told[-1] == "delivered"
        parcel = maja.order(f"W-{n}")["parcels"][0]
        ends.add((parcel["milestone"], json.dumps(parcel["milestones"])))
    assert len(ends) == 1


def test_posts_about_one_parcel_at_the_same_moment_tell_each_milestone_once(maja: Tablet, house: House) -> None:
    secret, number, send = key(), shipped(maja), house.send()
    for n in range(6):
        tell(send, secret, news(number, ("in_transit", n), ("out_for_delivery", 8)), ident=f"m-{n}")
    idents = [str(post.id) for post in posts()]
    at_once([partial(work, ident) for ident in [*idents, *idents]])
    assert sorted(reached(maja)) == ["in_transit", "out_for_delivery"]
    assert len(maja.order("1042")["parcels"][0]["milestones"]) == 7


# --- what cannot be -----------------------------------------------------------------------------------------------------


def test_delivered_while_it_stands_in_the_house_waits_and_comes_true_with_the_handover(maja: Tablet, house: House) -> None:
    secret, send = key(), house.send()
    number = shipped(maja, out=False)
    assert tell(send, secret, news(number, ("delivered", 10), estimated_delivery="2026-11-27")).status == 202
    react()
    (post,) = posts()
    assert (post.state, post.say) == ("held", "The parcel is still in the house: it was not handed over.")
    assert reached(maja) == []
    maja.follow(maja.open_manifest())
    react()
    assert reached(maja) == ["delivered"]
    assert posts()[0].state == "worked"
    house.prove()


def test_an_unknown_number_is_held_until_a_parcel_goes_by_it(maja: Tablet, house: House) -> None:
    secret, send = key(), house.send()
    shipped(maja)
    tell(send, secret, news("RB 123 GB", ("in_transit", 2)))
    react()
    assert (posts()[0].state, "knows" in posts()[0].say) == ("held", True)
    parcel = maja.order("1042")["parcels"][0]["code"]
    assert maja.post(f"/api/v1/parcels/{parcel}/tracking", {"carrier": "Royal Mail", "number": "RB 123 GB"}).status == 200
    react()
    assert (posts()[0].state, reached(maja)) == ("worked", ["in_transit"])
    other = shipped(maja, "1043")
    assert other != "RB123GB"
    code = maja.order("1043")["parcels"][0]["code"]
    assert parcel in clear_no(maja.post(f"/api/v1/parcels/{code}/tracking", {"carrier": "Royal Mail", "number": "RB 123 GB"}), 409)
    clear_no(maja.post(f"/api/v1/parcels/{code}/tracking", {"carrier": "", "number": "x"}), 422)
    clear_no(maja.post("/api/v1/parcels/PC0-0/tracking", {"carrier": "DHL", "number": "x"}), 404)


def test_what_lies_ahead_waits_while_the_rest_of_the_post_counts(maja: Tablet, house: House) -> None:
    secret, number, send = key(), shipped(maja), house.send()
    tell(send, secret, news(number, ("in_transit", 1), ("delivered", 14)))
    react()
    assert (posts()[0].state, reached(maja)) == ("held", ["in_transit"])
    with clock.stopped_at(NOW + timedelta(hours=3)):
        react()
    assert (posts()[0].state, reached(maja)) == ("worked", ["in_transit", "delivered"])


def test_a_number_that_was_used_before_does_not_deliver_today_s_parcel(maja: Tablet, house: House) -> None:
    secret, number, send = key(), shipped(maja), house.send()
    tell(send, secret, news(number, ("delivered", -9000)))
    react()
    assert (posts()[0].state, "this number" in posts()[0].say, reached(maja)) == ("held", True, [])


def test_easypost_s_later_post_of_an_unknown_number_takes_the_place_of_the_earlier(maja: Tablet, house: House) -> None:
    key("easypost", "a secret of ours")
    assert maja.name
    for n in range(3):
        event = {"id": f"evt_{n}", "description": "tracker.updated", "result": {"tracking_code": "ABC", "status": "in_transit", "tracking_details": [
            {"status": "in_transit", "datetime": "2026-11-27T08:00:00Z"}, {"status": "in_transit", "datetime": None}]}}  # fmt: skip
        raw = json.dumps(event).encode()
        assert post_easypost(house.send(), raw, easypost.signature("a secret of ours", raw)).status == 202
        react()
    assert [post.state for post in posts()] == ["superseded", "superseded", "held"]
    other = json.dumps({"id": "evt_9", "description": "batch.created", "result": {}}).encode()
    assert post_easypost(house.send(), other, easypost.signature("a secret of ours", other)).status == 202
    react()
    assert (posts()[-1].state, posts()[-1].say) == ("worked", "It is about no parcel.")


def test_who_is_forgotten_leaves_no_place_and_no_body(maja: Tablet, house: House) -> None:
    secret, number, send = key(), shipped(maja), house.send()
    tell(send, secret, news(number, ("in_transit", 1), ("delivered", 20)))
    react()
    with db.transaction() as session:
        tracking.forget(session, [posts()[0].parcel_id or 0])
    assert (posts()[0].body, posts()[0].state) == (None, "dismissed")
    parcel = maja.order("1042")["parcels"][0]
    assert (parcel["milestone"], [step["place"] for step in parcel["milestones"]]) == ("in_transit", [""])
    tell(send, secret, news(number, ("out_for_delivery", 2)), ident="msg-2")
    react()
    db.run(lambda session: tracking.sweep(session, ""))
    assert posts()[1].body
    with clock.stopped_at(NOW + timedelta(days=31)):
        db.run(lambda session: tracking.sweep(session, ""))
    assert posts()[1].body is None
    assert tell(send, secret, news(number, ("out_for_delivery", 2)), ident="msg-2", at=NOW + timedelta(seconds=9))["new"] is False


# --- kills and attacks --------------------------------------------------------------------------------------------------


def test_a_post_that_was_kept_is_worked_after_a_kill_and_once(tmp_path: Path, founded_sqlite: Any) -> None:
    url = copy_sqlite(founded_sqlite, tmp_path / "stowline.db")
    env = {"STOWLINE_DATABASE_URL": url}
    with StowlineProcess(tmp_path, ("web",), **env) as front, Lines() as lines:  # nobody works: no relay, no worker
        maja = Tablet(lines.to(front.url), founded_sqlite.token)
        shipped(maja)
        number = maja.order("1042")["parcels"][0]["tracking"]
        database = db.Database(url)
        with database.transaction() as session:
            secret = carrier_feeds.set_secret(session, "signed")
        now = datetime.now(UTC)
        rows = [{"milestone": "in_transit", "at": now.isoformat()}]
        for n in range(3):
            assert tell(lines.to(front.url), secret, {"tracking": number, "details": rows}, ident=f"m-{n}", at=now).status == 202
        front.kill()
    with StowlineProcess(tmp_path, ("up",), **env) as whole, Lines() as lines:
        whole.kill()
        whole.start()
        maja = Tablet(lines.to(whole.url), founded_sqlite.token)
        wait_until_all_are_worked(database)
        assert maja.events("1042").count("MilestoneReached") == 1
        assert len(maja.order("1042")["parcels"][0]["milestones"]) == 1
    database.close()


def wait_until_all_are_worked(database: db.Database) -> None:
    for _ in range(600):
        with database.reading() as session:
            if {post.state for post in session.exec(select(TrackingPost))} == {"worked"}:
                return
        time.sleep(0.1)
    pytest.fail("the posts were never worked")


NONSENSE = [
    b"", b"null", b"[]", b"{", b'{"tracking": 1}', b'{"tracking": "x", "tracking": "y"}', b'{"tracking": "x", "details": {}}',
    b"\xff\xfe", b"[" * 5000, b'{"tracking": "x", "details": [1]}', b'{"tracking": "x"}', b'{"tracking": "a\\u0000b", "details": []}',
    b'{"tracking": "x", "details": [{"milestone": "packed", "at": "2026-11-27T08:00:00Z"}]}',
    b'{"tracking": "x", "details": [{"milestone": "delivered", "at": "2026-11-27 08:00"}]}',
    b'{"tracking": "x", "details": [{"milestone": "delivered", "at": "9999-99-99T00:00:00Z"}]}',
    b'{"tracking": "x", "estimated_delivery": "tomorrow"}',
    json.dumps({"tracking": "x", "details": [{"milestone": "delivered", "at": "2026-11-27T08:00:00Z"}] * 10_000}).encode(),
]  # fmt: skip


def test_what_makes_no_sense_gets_a_clear_no_and_is_not_kept(house: House) -> None:
    secret = key()
    with clock.stopped_at(NOW):
        for raw in NONSENSE:
            clear_no(tell(house.send(), secret, raw), 400, 422)
    assert posts() == []


def test_huge_and_hostile_posts_are_bounded(maja: Tablet, house: House) -> None:
    secret, number, send = key(), shipped(maja), house.send()
    clear_no(tell(send, secret, b'{"tracking": "' + b"x" * 2_000_000 + b'"}'), 413)
    clear_no(send("POST", "/tracking/nobody", b"{}", JSON_TYPE), 404)
    clear_no(tell(send, secret, news(number), ident="x" * 101), 401)
    hostile = {"milestone": "delivered", "at": NOW.isoformat(), "place": "Leeds\u202e", "say": "Left at <script>\u2066"}
    assert tell(send, secret, {"tracking": number, "details": [hostile]}).status == 202
    react()
    (step,) = maja.order("1042")["parcels"][0]["milestones"]
    assert (step["place"], step["say"]) == ("Leeds", "Left at <script>")
    for n in range(3):
        steps = [("in_transit", 0)] * 1
        rows = news(number, *steps)["details"] * 500
        many = [{**row, "say": f"{n}-{i}"} for i, row in enumerate(rows)]
        assert tell(send, secret, {"tracking": number, "details": many}, ident=f"many-{n}").status == 202
        react()
    assert house.count("parcel_milestone") == 1000
    assert (posts()[-1].state, "1,000" in posts()[-1].say) == ("held", True)
    assert reached(maja) == ["delivered"]
