"""A substitute takes the place of what waits where the shopper agreed; an urgent order takes what others were promised."""

import json
from functools import partial
from threading import Thread

import pytest

from stowline.allocation import service as allocation
from stowline.allocation import substitution, urgent
from stowline.catalog import substitutes
from stowline.core import clock, db, timers
from stowline.core.errors import Conflict, Refused
from stowline.desk.queries import paper
from stowline.notifications import facts
from stowline.notifications.models import Message
from stowline.notifications.render import Brand, render
from stowline.orders import queries as orders
from stowline.orders import service
from stowline.packing import queries as packing
from stowline.portal import queries as portal
from stowline.portal.reader import Reader
from tests.asserts import clear_no
from tests.makers import Json, Reply, Tablet, api_order, at_once
from tests.stories.conftest import House

ON_SQLITE = pytest.mark.parametrize("house_url", ["sqlite"], indirect=True)


def agreed(maja: Tablet, ref: str, sku: str, units: int) -> Reply:
    """An order of a shopper who takes a substitute."""
    line = {"sku": sku, "quantity": units, "unit_price": "4.50", "substitute": True}
    return maja.post("/api/v1/orders", api_order(ref, {}) | {"lines": [line]})


def may_replace(sku: str, other: str, **months: int) -> None:
    with db.transaction() as session:
        substitutes.add(session, sku, other, **months)


def look_for_substitutes() -> None:
    with db.transaction() as session:
        found = session.connection().exec_driver_sql("SELECT id FROM timer WHERE kind IN ('substitute', 'substitutes-changed')").scalars().all()
    for timer_id in found:
        timers.fire(timer_id)


def lines_of(maja: Tablet, ref: str) -> list[tuple[str, int, int, int]]:
    return [(one["sku"], one["promised"], one["waiting"], one["cancelled"]) for one in maja.order(ref)["lines"]]


# --- substitutes ------------------------------------------------------------------------------------------------------


def test_a_free_substitute_is_taken_at_once_for_what_would_wait(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 1, "CUP": 2})
    may_replace("MUG", "CUP")
    assert agreed(maja, "1001", "MUG", 3).status == 201
    assert lines_of(maja, "1001") == [("MUG", 1, 0, 2), ("CUP", 2, 0, 0)]
    assert maja.events("1001") == ["OrderPlaced", "LineSwapped"]
    with db.transaction() as session:
        shown, _ = portal.status(session, orders.by_ref(session, "1001"), Reader.of("en", "UTC"))
    assert [(card["id"], [(good["sku"], good["quantity"], good["say"]) for good in card["goods"]]) for card in shown["cards"]] == [
        ("ready", [("MUG", 1, None), ("CUP", 2, "in place of Thing MUG")])]  # fmt: skip
    agreed(maja, "1002", "MUG", 1)
    assert lines_of(maja, "1002") == [("MUG", 0, 1, 0)]
    with db.reading() as session:
        confirmed = facts.gather(session, Message.model_construct(kind="order-confirmed", order_id=orders.by_ref(session, "1001").id))
    assert [(line["sku"], line["quantity"], line["instead"]) for line in confirmed["lines"]] == [
        ("MUG", 3, [{"name": "Thing CUP", "quantity": 2, "waits": 0, "expected": None}])]  # fmt: skip
    house.prove()
    maja.post("/api/v1/orders/1001/cancellation", {"reason": "no"})
    look_for_substitutes()
    assert maja.stock("CUP")["free"] == 2
    assert lines_of(maja, "1002") == [("MUG", 1, 0, 0)]
    house.prove()


def test_a_substitute_that_comes_later_serves_who_agreed_after_those_who_wait_for_it(house: House) -> None:
    maja = house.tablet()
    for sku in ("MUG", "CUP"):
        maja.add_product(sku)
    may_replace("MUG", "CUP")
    maja.place("1000", {"MUG": 2})
    agreed(maja, "1001", "MUG", 2)
    agreed(maja, "1002", "MUG", 1)
    maja.place("1003", {"CUP": 1})
    maja.receive({"CUP": 3})
    look_for_substitutes()
    assert lines_of(maja, "1003") == [("CUP", 1, 0, 0)]
    assert lines_of(maja, "1001") == [("MUG", 0, 0, 2), ("CUP", 2, 0, 0)]
    assert [lines_of(maja, ref)[0][2] for ref in ("1000", "1002")] == [2, 1]
    house.prove()


@ON_SQLITE
def test_mail_and_slip_of_the_parcel_name_what_was_ordered(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 2})
    maja.add_product("MUG")
    may_replace("MUG", "CUP")
    agreed(maja, "1001", "MUG", 2)
    maja.ship_all()
    with db.reading() as session:
        order = orders.by_ref(session, "1001")
        parcel = packing.parcels_of(session, order.id or 0)[0]
        shipped = facts.gather(session, Message.model_construct(kind="shipped", order_id=order.id, parcel_id=parcel.id))
        slip = paper.parcel_slip(session, parcel)
    assert [(line["sku"], line["instead_of"]) for line in shipped["parcel"]["lines"]] == [("CUP", "Thing MUG")]
    assert [line.name for line in slip.lines] == ["Thing CUP (in place of Thing MUG)"]
    mail = render("shipped", locale="en", brand=Brand("Kiln", "shop@kiln.example"), data=shipped)
    assert all("in place of Thing MUG, as you agreed" in part for part in (mail.html, mail.text))


@ON_SQLITE
def test_a_substitute_that_ran_out_before_the_confirmation_is_named_with_its_days(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 2})
    maja.add_product("MUG")
    may_replace("MUG", "CUP")
    agreed(maja, "1001", "MUG", 2)
    with db.transaction() as session:
        allocation.take_back(session, _product("CUP"), 1, "one was broken")
    with db.reading() as session:
        confirmed = facts.gather(session, Message.model_construct(kind="order-confirmed", order_id=orders.by_ref(session, "1001").id))
    assert confirmed["lines"][0]["instead"] == [{"name": "Thing CUP", "quantity": 2, "waits": 1, "expected": None}]
    assert confirmed["waits"]
    mail = render("order-confirmed", locale="en", brand=Brand("Kiln", "shop@kiln.example"), data=confirmed)
    assert "2 come as Thing CUP, as you agreed; 1 waits for stock, no date yet" in mail.text
    assert all(said in mail.html for said in ("2 come as Thing CUP, as you agreed", "1 waits for stock", "no date yet"))


@ON_SQLITE
def test_the_first_substitute_in_season_that_has_all_units_is_chosen(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 1, "BOWL": 5, "JUG": 5})
    maja.add_product("MUG")
    month = clock.now().month
    may_replace("MUG", "CUP")
    may_replace("MUG", "BOWL", from_month=month % 12 + 1, to_month=month % 12 + 1)
    may_replace("MUG", "JUG", from_month=month, to_month=month % 12 + 1)
    agreed(maja, "1001", "MUG", 2)
    assert lines_of(maja, "1001")[1] == ("JUG", 2, 0, 0)
    house.prove()


@ON_SQLITE
def test_support_notes_later_that_a_shopper_takes_a_substitute(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 2})
    maja.add_product("MUG")
    may_replace("MUG", "CUP")
    maja.place("1001", {"MUG": 2})
    assert lines_of(maja, "1001") == [("MUG", 0, 2, 0)]
    with db.transaction() as session:
        line = orders.lines(session, orders.by_ref(session, "1001").id or 0)[0]
        service.allow_substitutes(session, line.id, allowed=True)
    assert lines_of(maja, "1001") == [("MUG", 0, 0, 2), ("CUP", 2, 0, 0)]
    house.prove()


@ON_SQLITE
@pytest.mark.parametrize("door", ["whole list", "one more"])
def test_a_new_substitute_that_is_free_reaches_who_agreed_before(house: House, door: str) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 4})
    maja.add_product("MUG")
    maja.place("1000", {"MUG": 1})
    for ref, units in (("1001", 9), ("1002", 2), ("1003", 1), ("1004", 2)):
        agreed(maja, ref, "MUG", units)
    if door == "whole list":
        maja.send("PUT", "/api/v1/products/MUG/substitutes", b'{"substitutes": [{"sku": "CUP"}]}', maja.headers)
    else:
        may_replace("MUG", "CUP")
    look_for_substitutes()
    assert [lines_of(maja, f"100{n}")[0][2] for n in range(5)] == [1, 9, 0, 0, 2]
    assert lines_of(maja, "1002") == [("MUG", 0, 0, 2), ("CUP", 2, 0, 0)]
    assert maja.events("1003") == ["OrderPlaced", "LineSwapped", "BackorderFilled"]
    look_for_substitutes()
    house.prove()
    with db.reading() as session:
        order = orders.by_ref(session, "1002")
        came = facts.gather(session, Message.model_construct(kind="stock-arrived", order_id=order.id))
    assert [(one["sku"], one["quantity"], one["instead_of"]) for one in came["arrived"]] == [("CUP", 2, "Thing MUG")]
    mail = render("stock-arrived", locale="en", brand=Brand("Kiln", "shop@kiln.example"), data=came)
    assert all("in place of Thing MUG, as you agreed" in part for part in (mail.html, mail.text))


@ON_SQLITE
def test_months_that_begin_later_are_looked_at_when_they_are_changed_and_not_when_nothing_is(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 2})
    maja.add_product("MUG")
    agreed(maja, "1001", "MUG", 1)
    month = clock.now().month
    may_replace("MUG", "CUP", from_month=month % 12 + 1, to_month=month % 12 + 1)
    look_for_substitutes()
    assert lines_of(maja, "1001") == [("MUG", 0, 1, 0)]
    may_replace("MUG", "CUP", from_month=month % 12 + 1, to_month=month % 12 + 1)
    assert house.count("timer WHERE kind = 'substitutes-changed'") == 0
    may_replace("MUG", "CUP", from_month=month, to_month=month)
    look_for_substitutes()
    assert lines_of(maja, "1001") == [("MUG", 0, 0, 1), ("CUP", 1, 0, 0)]


@ON_SQLITE
def test_many_who_want_more_than_is_free_do_not_hide_who_wants_less(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(substitution, "AT_ONCE", 2)
    maja = house.tablet()
    for sku in ("MUG", "CUP"):
        maja.add_product(sku)
    may_replace("MUG", "CUP")
    for ref, units in (("1001", 5), ("1002", 5), ("1003", 1), ("1004", 1), ("1005", 1)):
        agreed(maja, ref, "MUG", units)
    maja.receive({"CUP": 3})
    for _ in range(3):
        look_for_substitutes()
    assert [lines_of(maja, f"100{n}")[0][2] for n in range(1, 6)] == [5, 5, 0, 0, 0]
    house.prove()


@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
def test_a_new_substitute_and_a_shopper_who_agrees_at_that_moment_find_each_other(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 6})
    for n in range(3):
        maja.add_product(f"MUG-{n}")
        maja.place(f"100{n}", {f"MUG-{n}": 1})
        with db.transaction() as session:
            line = orders.lines(session, orders.by_ref(session, f"100{n}").id or 0)[0].id
        at_once([
            partial(_in_a_transaction, lambda s, i: service.allow_substitutes(s, i, allowed=True), line),
            partial(_in_a_transaction, lambda s, sku: substitutes.add(s, sku, "CUP"), f"MUG-{n}"),
            partial(agreed, house.tablet(), f"200{n}", f"MUG-{n}", 1),
        ])  # fmt: skip
        look_for_substitutes()
        assert [lines_of(maja, f"{kind}00{n}")[-1][:3] for kind in "12"] == [("CUP", 1, 0)] * 2
        house.prove()


@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
def test_the_look_for_who_agreed_waits_for_who_is_just_agreeing(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"CUP": 1})
    maja.add_product("MUG")
    maja.place("1001", {"MUG": 1})
    with house.writing() as agreeing:  # it has looked for substitutes, and there was none yet
        line = orders.lines(agreeing, orders.by_ref(agreeing, "1001").id or 0)[0].id
        service.allow_substitutes(agreeing, line, allowed=True)
        may_replace("MUG", "CUP")
        looking = Thread(target=look_for_substitutes)
        looking.start()
        _until_it_waits(looking)
    looking.join()
    assert lines_of(maja, "1001") == [("MUG", 0, 0, 1), ("CUP", 1, 0, 0)]
    house.prove()


def _until_it_waits(looking: Thread) -> None:
    """For a lock, in this database; or has not waited at all."""
    with db.reading() as session:
        while looking.is_alive() and not session.connection().exec_driver_sql(
            "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
        ).first():  # fmt: skip
            session.rollback()


@ON_SQLITE
def test_a_substitute_that_makes_no_sense_is_refused(house: House) -> None:
    maja = house.tablet()
    for sku in ("MUG", "CUP"):
        maja.add_product(sku)
    maja.add_product("SET", parts=[{"sku": "CUP", "units": 2}])
    for sku, other, months, say in (
        ("MUG", "MUG", {}, "its own place"), ("MUG", "SET", {}, "A kit neither"), ("MUG", "JUG", {}, "no product JUG"),
        ("MUG", "CUP", {"from_month": 3}, "both months"), ("MUG", "CUP", {"from_month": 0, "to_month": 4}, "1 to 12"),
    ):  # fmt: skip
        with pytest.raises(Refused, match=say):
            may_replace(sku, other, **months)
    bad = api_order("1001", {}) | {"lines": [{"sku": "MUG", "quantity": 1, "unit_price": "1", "substitute": "yes"}]}
    assert "true or false" in clear_no(maja.post("/api/v1/orders", bad), 400)


@ON_SQLITE
def test_a_program_keeps_the_list_of_substitutes(house: House) -> None:
    maja = house.tablet()
    for sku in ("MUG", "CUP", "JUG 1/2"):
        maja.add_product(sku)
    path = "/api/v1/products/MUG/substitutes"

    def ask(method: str, path: str, body: object = None) -> Reply:
        return maja.send(method, path, json.dumps(body).encode(), {**maja.headers, "Content-Type": "application/json"})

    cup, jug = {"sku": "CUP", "from_month": 11, "to_month": 2}, {"sku": "JUG 1/2"}
    put = ask("PUT", path, {"substitutes": [jug, cup]})
    assert [(one["sku"], one["name"], one["from_month"], one["to_month"]) for one in put["substitutes"]] == [
        ("JUG 1/2", "Thing JUG 1/2", None, None), ("CUP", "Thing CUP", 11, 2)]  # fmt: skip
    assert ask("PUT", path, {"substitutes": [jug, cup]}).body == maja.get(path).body == put.body
    for wrong, place in (({"sku": "MUG"}, "sku"), ({"sku": "GONE"}, "sku"), ({"sku": "CUP"}, "sku"), ({"sku": "X", "to_month": 2}, "sku"),
                         (jug | {"to_month": 2}, "from_month"), (jug | {"from_month": 0, "to_month": 2}, "from_month")):  # fmt: skip
        refused = ask("PUT", path, {"substitutes": [cup, wrong]})
        clear_no(refused, 422)
        assert refused["where"] == f"substitutes[1].{place}", wrong
    clear_no(ask("PUT", path, {"substitutes": [jug | {"from_month": "May"}]}), 400)
    clear_no(ask("PUT", path, {"substitutes": [cup] * 21}), 422)
    clear_no(ask("PUT", "/api/v1/products/GONE/substitutes", {"substitutes": []}), 404)
    assert maja.get(path).body == put.body
    file = maja.get("/substitutes.csv").raw.decode().splitlines()
    assert [line.lstrip("\ufeff") for line in file] == ["sku,substitute,from_month,to_month", "MUG,JUG 1/2,,", "MUG,CUP,11,2"]
    for _ in range(2):
        assert [one["sku"] for one in ask("DELETE", f"{path}/JUG%201%2F2")["substitutes"]] == ["CUP"]
    assert ask("PUT", path, {"substitutes": []})["substitutes"] == []


@ON_SQLITE
def test_an_order_says_how_it_ships_and_a_kit_stays_whole(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 1, "CUP": 1})
    maja.add_product("SET", parts=[{"sku": "CUP", "units": 1}])
    assert maja.place("1001", {"MUG": 2}, ships="parts")["state"] == "allocated"
    assert maja.place("1002", {"MUG": 1, "CUP": 1}, ships="at_most", most_parcels=2)["state"] == "allocated"
    assert maja.place("1003", {"SET": 1}, ships="complete").status == 201
    torn = maja.place("1004", {"SET": 1}, ships="parts")
    assert "never split" in clear_no(torn, 422)
    assert torn["where"] == "ships"
    for said, place in (({"ships": "later"}, "ships"), ({"ships": 1}, "ships"), ({"ships": "at_most"}, "most_parcels"),
                        ({"ships": "at_most", "most_parcels": 1}, "most_parcels"), ({"most_parcels": 2}, "most_parcels")):  # fmt: skip
        refused = maja.place("1005", {"MUG": 1}, **said)
        clear_no(refused, 400)
        assert refused["where"] == place, said
    house.prove()


# --- urgent -----------------------------------------------------------------------------------------------------------


def urge(maja: Tablet, ref: str, reason: str = "a wedding on Saturday") -> Reply:
    return maja.post(f"/api/v1/orders/{ref}/urgent", {"reason": reason})


def taken(answer: Json) -> list[tuple[str, int]]:
    return [(one["order"], one["units"]) for one in answer["taken"]]


def test_an_urgent_order_takes_from_those_last_in_line_what_is_on_no_list(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 6})
    for n, units in enumerate((2, 2, 2), 1):
        maja.place(f"100{n}", {"MUG": units}, placed_at=f"2026-11-0{n}T10:00:00Z")
    maja.lease("pick:1003")
    maja.place("2000", {"MUG": 3})
    before = house.books()
    assert taken(maja.get("/api/v1/orders/2000/urgent").body) == [("1002", 2), ("1001", 1)]
    assert house.books() == before
    done = urge(maja, "2000")
    assert taken(done.body) == [("1002", 2), ("1001", 1)]
    assert done["left_today"] == 17
    assert [lines_of(maja, ref)[0][1] for ref in ("1001", "1002", "1003", "2000")] == [1, 0, 2, 3]
    assert taken(urge(maja, "2000").body) == []
    told = maja.get("/api/v1/orders/1002/timeline")["items"][-1]
    assert (told["event"], "urgent order 2000" in told["say"], "a wedding" in told["say"]) == ("StockTaken", True, True)
    house.prove()
    maja.receive({"MUG": 3})
    assert [lines_of(maja, ref)[0][1] for ref in ("1001", "1002")] == [2, 2]
    house.prove()


@ON_SQLITE
def test_there_is_a_limit_a_day_and_nothing_is_taken_beyond_it(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 30})
    maja.place("1001", {"MUG": 30})
    maja.place("2000", {"MUG": 15})
    maja.place("2001", {"MUG": 6})
    assert urge(maja, "2000")["left_today"] == 5
    before = house.books()
    assert "5 are left" in clear_no(urge(maja, "2001"), 409)
    assert house.books() == before
    assert house.count("reallocation") == 1
    clear_no(urge(maja, "2001", " "), 422)


@ON_SQLITE
def test_an_urgent_order_takes_nothing_from_more_urgent_ones_and_none_that_is_held(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 2})
    maja.place("1001", {"MUG": 2}, priority=1)
    maja.place("2000", {"MUG": 1})
    assert "Nobody has units" in clear_no(urge(maja, "2000"), 409)
    with db.transaction() as session:
        service.hold(session, orders.by_ref(session, "2000").id or 0, "paid?")
    assert "Lift the hold" in clear_no(urge(maja, "2000"), 409)
    maja.post("/api/v1/orders/2000/cancellation", {"reason": "no"})
    assert "needs no stock" in clear_no(urge(maja, "2000"), 409)
    house.prove()


def _in_a_transaction(verb: object, *args: object) -> str:
    try:
        db.run(lambda session: verb(session, *args))  # type: ignore[operator]
    except Conflict as no:
        return no.say
    return ""


def test_urgent_against_a_cancellation_and_a_swap_against_a_release_leave_the_books_whole(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 4, "CUP": 4})
    for n in range(4):
        maja.place(f"1{n}", {"MUG": 1})
        maja.place(f"2{n}", {"MUG": 1})
        with db.transaction() as session:
            ids = [orders.by_ref(session, f"{kind}{n}").id or 0 for kind in "12"]
        at_once([
            partial(_in_a_transaction, lambda s, i: urgent.take_for(s, i, why="now", who="Ruth"), ids[1]),
            partial(_in_a_transaction, lambda s, i: service.cancel(s, i, "no"), ids[0]),
        ])  # fmt: skip
        house.prove()
        assert maja.order(f"1{n}")["state"] == "cancelled"
        assert lines_of(maja, f"2{n}")[0][1] == 1
    may_replace("MUG", "CUP")
    for n in range(3):
        agreed(maja, f"3{n}", "MUG", 1)
        maja.place(f"4{n}", {"MUG": 1, "CUP": 0 + 1})
        at_once([
            partial(_in_a_transaction, lambda s: substitution.on_time(s, str(_product("CUP")))),
            partial(maja.lease, f"pick:4{n}"), partial(house.tablet().receive, {"MUG": 1}),
        ])  # fmt: skip
        house.prove()


@pytest.mark.parametrize("house_url", ["postgresql"], indirect=True)
def test_an_urgent_order_waits_for_no_order_that_is_just_being_placed(house: House) -> None:
    maja = house.tablet()
    maja.stock_up({"MUG": 1})
    maja.place("1001", {"MUG": 1})
    maja.place("1002", {"MUG": 1})
    with house.writing() as placing:  # it has its store, and waits for its levels
        placing.connection().exec_driver_sql("SELECT id FROM store FOR KEY SHARE")
        with db.transaction() as session:
            session.connection().exec_driver_sql("SET LOCAL lock_timeout = '5s'")
            urgent.take_for(session, orders.by_ref(session, "1002").id or 0, why="a wedding", who="Ruth")
    assert maja.order("1002")["state"] == "allocated"
    house.prove()


def _product(sku: str) -> int:
    with db.reading() as session:
        return int(session.connection().exec_driver_sql(f"SELECT id FROM product WHERE sku = '{sku}'").scalar_one())
