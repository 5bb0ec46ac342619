"""Every route below the signed link of an order, from the list of routes: a forged link opens none, nor does what is another order's."""

import re
from itertools import product
from typing import Any

import pytest
from litestar import Litestar
from litestar.routes import HTTPRoute
from sqlmodel import select

from stowline.backorders import offers
from stowline.cases.case_models import CasePhoto
from stowline.core import db
from stowline.orders import queries as orders
from stowline.packing import photos as boxes
from stowline.packing import queries as packing
from stowline.portal import offers as shown
from stowline.portal.screens import change, problem, reviews, sendback
from stowline.returns import photos, queries
from tests.desk.conftest import House
from tests.portal.lived import Words, case_of, complains, got, line, link, return_of, sends_back
from tests.portal.test_choices import everything
from tests.portal.test_the_packed_box import jpeg

FIELD = re.compile(r"\{(\w+):\w+\}")
MINE, HERS = "own-77", "her-78"
IN_PARTS = ("/problem", "/entries", "/return")
HUGE = ("0", "-1", str(2**31), str(2**63), str(10**30))
TYPED = {"text": "Me, too.", "kind": "damaged", "verdict": "bad", "stars": "1", "newest": "9", "choice": "wait:0", "what": "all", "proof": "ines@example.test", "wish": "parts", "after": "0"}


def routes(app: Litestar) -> list[tuple[str, str]]:
    """(method, path) of everything below the link of an order."""
    found = [(method, one.path) for one in app.routes if isinstance(one, HTTPRoute) and one.path.startswith("/track/{link:str}") for method in one.methods]
    return sorted((method, path) for method, path in found if method in {"GET", "POST"})


def own(ref: str) -> dict[str, str]:
    """What stands in the addresses of an order, by the name that the route has for it."""
    with db.reading() as session:
        rma = queries.by_ref(session, return_of(ref))
        offer = offers.latest(session, orders.by_ref(session, f"{ref}-waits").id or 0)
        assert offer is not None
        return {"link": link(ref).rpartition("/")[2], "ident": str(case_of(ref).id), "ref": rma.ref, "photo_id": str(photos.photos(session, rma)[0].id), "box_photo": str(_box(session, ref)),
                "offer": shown.path(offer).rpartition("/")[2], "deed": "cancellation"}  # fmt: skip


def _box(session: db.Session, ref: str) -> int:
    """The photograph of the box of an order."""
    [parcel] = packing.parcels_of(session, orders.by_ref(session, ref).id or 0)
    return boxes.of_parcels(session, [parcel.id or 0])[parcel.id or 0][0].id


def forged(signed: str) -> list[str]:
    number, _, mark = signed.partition("-")
    return [f"{number}-{mark[:-1]}{'0' if mark[-1] != '0' else '1'}", f"{int(number) + 1}-{mark}", f"{number}-{'0' * 32}", f"{number}-{mark[:-1]}", number]


def filled(path: str, values: dict[str, str]) -> str:
    """KeyError says that a new route has a part that this table does not know yet."""
    return FIELD.sub(lambda found: values[found[1]], path)


@pytest.fixture(scope="module")
def both(one_house: House) -> House:
    """Two shoppers with a case, photographs, a return and an offer each."""
    robot = one_house.robot()
    robot.add_product("NONE")
    for n, ref in enumerate((MINE, HERS)):
        got(one_house, ref, {f"CUP{n}": 1, f"POT{n}": 1})
        complains(one_house, ref, Words())
        sends_back(one_house, ref, f"CUP{n}", Words())
        with db.transaction() as session:
            boxes.keep(session, packing.parcels_of(session, orders.by_ref(session, ref).id or 0)[0].code, boxes.draw(jpeg()))
        robot.place(f"{ref}-waits", {"NONE": 1})
        with db.transaction() as session:
            assert offers.make(session, orders.by_ref(session, f"{ref}-waits").id or 0, "notice", "1") is not None
    one_house.deliver()
    return one_house


@pytest.fixture(autouse=True)
def rested() -> None:
    for pace in (problem.REPORTS, sendback.ASKS, reviews.WRITTEN, change.PROOFS):
        pace.forget()


def asks(house: House, method: str, path: str, values: dict[str, str]) -> Any:
    if method == "GET":
        return house.client.get(filled(path, values), headers={"accept": "text/html"}, follow_redirects=False)
    form = TYPED | {"line": str(line(HERS, "CUP1"))}
    files = [("photos", ("", b"", "application/octet-stream"))] if path.endswith(IN_PARTS) else None
    return house.client.post(filled(path, values), data=form, files=files, headers={"accept": "text/html"}, follow_redirects=False)


def test_her_own_link_opens_every_page(both: House, app: Litestar) -> None:
    mine = own(MINE)
    opened = {path: asks(both, method, path, mine).status_code for method, path in routes(app) if method == "GET" and "{offer" not in path}
    assert len(opened) > 8
    assert {path: code for path, code in opened.items() if code != 200 and not path.endswith(("/wish", "/review"))} == {}


def test_a_forged_link_opens_nothing_and_does_nothing(both: House, app: Litestar) -> None:
    mine, before = own(MINE), everything()
    found = {}
    for (method, path), link_ in product(routes(app), forged(mine["link"])):
        answer = asks(both, method, path, {**mine, "link": link_})
        if answer.status_code != 404 or MINE in answer.text:
            found[method, path, link_] = answer.status_code
    assert found == {}
    assert everything() == before


def test_what_is_another_orders_is_not_there(both: House, app: Litestar) -> None:
    mine, hers, before = own(MINE), own(HERS), everything()
    found = {}
    for method, path in routes(app):
        for name in set(FIELD.findall(path)) - {"link", "deed"}:
            odd = HUGE if name in {"ident", "photo_id", "box_photo"} else ("x", "%F0%9F%8F%BA", "..%2Fx", "RMA-%00")
            for value in (hers[name], *odd):
                answer = asks(both, method, path, {**mine, name: value})
                if answer.status_code != 404 and not (value.endswith("%00") and answer.status_code == 400):
                    found[method, path, value] = answer.status_code
    assert found == {}
    assert everything() == before


def test_a_line_of_another_order_is_neither_rated_nor_sent_back_nor_complained_of(both: House) -> None:
    mine, theirs, before = link(MINE), line(HERS, "CUP1"), everything()
    assert both.client.post(f"{mine}/reviews", data={"line": theirs, "stars": "5"}).status_code == 422
    back = {f"u{theirs}": "1", f"r{theirs}": "disliked", f"o{theirs}": "refund", "after": "9"}
    assert both.client.post(f"{mine}/return", data=back).status_code == 422
    assert everything() == before
    with db.reading() as session:
        assert len({one.order_id for one in session.exec(select(CasePhoto))}) == 2
