"""`/schema` tells the public contract: what it says is what the program takes and answers."""

import io
import json
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from typing import Any
from urllib.parse import quote

import msgspec
import pytest
from litestar.testing import TestClient
from PIL import Image

from stowline.app import create_app
from stowline.core import db, signing
from stowline.core.barcode import sscc
from stowline.orders import instructions
from stowline.orders import queries as orders
from stowline.people import service as people
from stowline.schema import calls
from stowline.schema import contacts as contact_shapes
from stowline.schema import floor as floor_shapes
from stowline.schema import goods as goods_shapes
from stowline.schema import messages as message_shapes
from stowline.schema import orders as orders_shapes
from stowline.schema import returns as return_shapes
from stowline.schema import shoppers as shopper_shapes
from stowline.schema import stock as stock_shapes
from stowline.schema import talk as talk_shapes
from stowline.shipping import carrier_feeds
from stowline.stores import service as stores
from tests.commands import house_at
from tests.makers import Reply, Tablet, api_order, found_site, in_process, shopify_order, webhook

CONTRACT = {
    "get /healthz", "get /readyz", "post /scans", "post /scans/batch", "get /api/v1/tasks", "post /api/v1/tasks/{task}/lease",
    "post /api/v1/products", "get /api/v1/stock", "post /api/v1/purchase-orders", "post /api/v1/orders",
    "get /api/v1/orders/{ref}", "get /api/v1/orders/{ref}/timeline", "post /api/v1/orders/{ref}/cancellation",
    "post /api/v1/parcels/{code}/label", "post /api/v1/manifests", "post /intake/{store}/{platform}",
    "post /tracking/{provider}", "post /replies/{store}",
}  # fmt: skip


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[TestClient[Any], str]]:
    """The app on a starter site, and a token."""
    folder = tmp_path_factory.mktemp("schema")
    token = found_site(f"sqlite:///{folder / 'stowline.db'}")
    with pytest.MonkeyPatch.context() as patch, house_at(folder, patch), TestClient(create_app()) as client:
        yield client, token


@pytest.fixture(scope="module")
def told(site: tuple[TestClient[Any], str]) -> dict[str, Any]:
    """The document, as anybody gets it."""
    answer = site[0].get("/schema")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/vnd.oai.openapi+json")
    return dict(answer.json())


def operations(told: dict[str, Any]) -> dict[str, dict[str, Any]]:
    return {f"{method} {path}": one for path, item in told["paths"].items() for method, one in item.items()}


def test_the_document_is_openapi_and_has_every_call_of_the_contract(told: dict[str, Any]) -> None:
    assert told["openapi"].startswith("3.1.")
    assert told["info"]["title"] == "Stowline"
    assert CONTRACT - operations(told).keys() == set()
    assert set(operations(told)) == {f"{method} {path}" for method, path in calls.CALLS}


def test_operations_have_names_of_their_own_words_and_answers(told: dict[str, Any]) -> None:
    names = [one["operationId"] for one in operations(told).values()]
    assert len(set(names)) == len(names)
    assert [name for name, one in operations(told).items() if not one.get("description")] == []
    for one in operations(told).values():
        assert one["responses"].keys() > {"default"}
        assert all(answer["description"] and answer["content"] for answer in one["responses"].values())


def test_every_post_of_the_api_tells_its_body(told: dict[str, Any]) -> None:
    without = [name for name, one in operations(told).items() if name.startswith("post") and "requestBody" not in one]
    assert without == ["post /api/v1/products/{sku}/photos", "post /api/v1/parcels/{code}/label"]


def test_references_and_path_parameters_lead_somewhere(told: dict[str, Any]) -> None:
    known = {f"#/components/schemas/{name}" for name in told["components"]["schemas"]}
    used = {piece.split('"')[0] for piece in json.dumps(told).split('"$ref": "')[1:]}
    assert used
    assert used - known == set()
    for name, one in operations(told).items():
        in_path = {p["name"] for p in one.get("parameters", []) if p["in"] == "path"}
        assert in_path == {part[1:-1] for part in name.split("/") if part.startswith("{")}


def test_only_health_and_signed_webhooks_need_no_token(told: dict[str, Any]) -> None:
    public = {name for name, one in operations(told).items() if one.get("security") == []}
    assert public == {"get /healthz", "get /readyz", "post /intake/{store}/{platform}", "post /tracking/{provider}", "post /replies/{store}"}
    assert told["security"] == [{"token": []}]


def _handed_on(client: TestClient[Any]) -> Reply:
    """A mail as a shop hands it on, signed."""
    secret = signing.new_secret()
    with db.transaction() as session:
        stores.set_webhook_secret(session, "demo", "replies", secret)
    body = msgspec.json.encode(contact_shapes.HandedOn("ines@example.test", "<1@example.test>", text="Thank you"))
    return in_process(client)("POST", "/replies/demo", body, signing.headers(secret, "mail-1", int(datetime.now(UTC).timestamp()), body))


def _news(client: TestClient[Any], news: orders_shapes.News) -> Reply:
    secret, raw = db.run(lambda session: carrier_feeds.set_secret(session, "signed")), msgspec.json.encode(news)
    headers = signing.headers(secret, "msg-1", int(datetime.now(UTC).timestamp()), raw)
    return in_process(client)("POST", "/tracking/signed", raw, headers)


def _owe_a_refund(ref: str) -> int:
    with db.transaction() as session:
        order = orders.by_ref(session, ref)
        return instructions.owe(session, order, "refund", key="test:1", amount_minor=900).id or 0


def _tag(read: Callable[[str, Reply], Any], tablet: Tablet, noun: str, ref: str) -> None:
    pattern, there = f"/api/v1/{noun}/{{ref}}/tags", f"/api/v1/{noun}/{ref}/tags"
    assert read(f"put {pattern}/{{tag}}", tablet.send("PUT", f"{there}/vip", None, tablet.headers)).tags == ["vip"]
    assert read(f"get {pattern}", tablet.get(there)).tags == ["vip"]
    assert read(f"delete {pattern}/{{tag}}", tablet.send("DELETE", f"{there}/vip", None, tablet.headers)).tags == []


def _stand_in(read: Callable[[str, Reply], Any], tablet: Tablet) -> None:
    pattern, there = "/api/v1/products/{sku}/substitutes", "/api/v1/products/GONE/substitutes"
    body = msgspec.json.encode(goods_shapes.AskedSubstitutes([goods_shapes.AskedSubstitute("MUG", 11, 2)]))
    put = read(f"put {pattern}", tablet.send("PUT", there, body, tablet.headers))
    assert put == read(f"get {pattern}", tablet.get(there))
    assert put.substitutes == [goods_shapes.StandIn("MUG", 11, 2, "Mug")]
    assert read(f"delete {pattern}/{{other}}", tablet.send("DELETE", f"{there}/MUG", None, tablet.headers)).substitutes == []


def _page(read: Callable[[str, Reply], Any], tablet: Tablet) -> None:
    """What a product's page says, and its photograph."""
    there, at = "/api/v1/products/{sku}", "/api/v1/products/MUG"
    body = msgspec.json.encode(goods_shapes.ProductWords("A mug.", specs=[goods_shapes.Spec("Colour", "blue")]))
    assert read(f"put {there}/words/{{locale}}", tablet.send("PUT", f"{at}/words/en", body, tablet.headers)).locale == "en"
    body = msgspec.json.encode(goods_shapes.AskedPrice("12.50"))
    assert read(f"put {there}/prices/{{store}}", tablet.send("PUT", f"{at}/prices/demo", body, tablet.headers)).price == "12.50"
    drawn = io.BytesIO()
    Image.new("RGB", (40, 30)).save(drawn, "PNG")
    kept = read(f"post {there}/photos", tablet.send("POST", f"{at}/photos", drawn.getvalue(), tablet.headers))
    shown = read(f"get {there}/page", tablet.get(f"{at}/page"))
    assert (shown.description, len(shown.photos)) == ("A mug.", 1)
    assert read(f"delete {there}/photos/{{photo}}", tablet.send("DELETE", f"{at}/photos/{kept.photo}", None, tablet.headers)).photo == kept.photo


def _message_policy(read: Callable[[str, Reply], Any], tablet: Tablet) -> None:
    pattern, there = "/api/v1/stores/{key}/messages/{kind}", "/api/v1/stores/demo/messages/shipped"
    body = msgspec.json.encode(message_shapes.NewMessagePolicy(on=True, channels=["email", "in-app"], expires_s=3600))
    put = read(f"put {pattern}", tablet.send("PUT", there, body, tablet.headers))
    assert put == read(f"get {pattern}", tablet.get(there))
    assert (put.channels, put.otherwise) == (["email", "in-app"], True)


def _message_run(read: Callable[[str, Reply], Any], tablet: Tablet, ref: str) -> None:
    there = "/api/v1/message-runs"
    made = read(f"post {there}", tablet.post(there, msgspec.json.encode(message_shapes.NewMessageRun("refs", "A word", "It comes.", refs=[ref]))))
    assert (made.state, made.orders, made.fates) == ("draft", 1, [])
    for state in ("running", "running", "paused", "stopped"):
        body = msgspec.json.encode(message_shapes.RunState(state))
        assert read(f"put {there}/{{ident}}/state", tablet.send("PUT", f"{there}/{made.id}/state", body, tablet.headers)).state == state
    assert read(f"get {there}/{{ident}}", tablet.get(f"{there}/{made.id}")).state == "stopped"
    assert [one.id for one in read(f"get {there}", tablet.get(there)).runs] == [made.id]
    assert tablet.send("PUT", f"{there}/{made.id}/state", b'{"state": "running"}', tablet.headers).status == 409


def _sequence_pace(read: Callable[[str, Reply], Any], tablet: Tablet) -> None:
    pattern, there = "/api/v1/stores/{key}/sequences", "/api/v1/stores/demo/sequences"
    body = msgspec.json.encode(shopper_shapes.NewSequencePace(30, 10, 12, 48, 200))
    put = read(f"put {pattern}", tablet.send("PUT", there, body, tablet.headers))
    assert put == read(f"get {pattern}", tablet.get(there))
    assert (put.cart_again_h, put.under_way["basket"]) == (48, 0)
    wrong = tablet.send("PUT", there, msgspec.json.encode(shopper_shapes.NewSequencePace(30, 14, 12, 48, 200)), tablet.headers)
    assert (wrong.status, wrong["where"]) == (422, "every_to")


def test_a_day_of_calls_is_taken_and_answered_as_the_document_says(site: tuple[TestClient[Any], str]) -> None:  # noqa: PLR0915  (a day has many calls)
    """Every call once, its body written by the document's types and its answer read by them."""
    client, token = site
    tablet, heard = Tablet(in_process(client), token, "maja"), set[str]()

    def read(call: str, answer: Reply) -> Any:
        method, _, path = call.partition(" ")
        kind = calls.CALLS[method, path].answers[answer.status]
        heard.add(call)
        if kind == calls.PDF:
            assert answer.raw.startswith(b"%PDF")
            return answer.raw
        return msgspec.json.decode(answer.raw, type=kind)

    def get(path: str, *names: str, query: str = "") -> Any:
        there = path.format(**dict(zip(("ref", "sku", "code", "task"), names, strict=False)))
        return read(f"get {path}", tablet.get(there + query))

    def post(path: str, body: Any, **names: str) -> Any:
        there = path.format(**{name: quote(value, safe="") for name, value in names.items()})
        return read(f"post {path}", tablet.post(there, msgspec.json.encode(body)))

    def scan(task: str, code: str, quantity: int = 1) -> Any:
        return post("/scans", floor_shapes.Scan(str(uuid.uuid4()), task, code, quantity))

    assert get("/healthz").ok
    assert get("/readyz").ok
    for _ in range(2):  # 201, then 200
        post("/api/v1/products", goods_shapes.Product("MUG", "Mug", [goods_shapes.Barcode("4006381333931")], 350, (120, 90, 95)))
        post("/api/v1/purchase-orders", goods_shapes.AskedPurchaseOrder("PO-1", "Kiln", [goods_shapes.Units("MUG", 5)]))
        post("/api/v1/purchase-orders/{ref}/revisions", goods_shapes.AskedRevision("late", date(2027, 5, 9)), ref="PO-1")
    assert get("/api/v1/purchase-orders/{ref}/revisions", "PO-1").items[0].n == 2
    notice = goods_shapes.AskedArrival("ASN-1", [goods_shapes.AskedUnit(sscc("4006381", 1), contents=[goods_shapes.AskedContent("MUG", 5)])], "PO-1")
    assert [post("/api/v1/arrivals", notice).state for _ in range(2)] == ["announced", "announced"]
    assert get("/api/v1/arrivals/{ref}", "ASN-1").units[0].contents[0].quantity == 5
    assert post("/api/v1/tasks/{task}/lease", floor_shapes.Lease("tablet-4"), task="receive:PO-1").next["want"] == "product"
    assert scan("receive:PO-1", "4006381333931", 5).fate == "accepted"
    assert scan("receive:PO-1", "NONSENSE").fate == "refused"
    scans = floor_shapes.Scans(
        [floor_shapes.Scan(str(uuid.uuid4()), "look:", "MUG"), floor_shapes.Scan(str(uuid.uuid4()), "look:", "NONE")]
    )
    assert post("/scans/batch", scans).stopped_at == 1
    tablet.follow("putaway:")
    order = msgspec.convert(api_order("1001", {"MUG": 2}), orders_shapes.Order)
    for ref in ("1001", "1001", "1002"):
        order.ref = ref
        post("/api/v1/orders", order)
    assert post("/api/v1/orders/{ref}/shipping", orders_shapes.Shipping("parts"), ref="1001").state == "allocated"
    assert get("/api/v1/orders/{ref}/urgent", "1001").taken == []
    assert post("/api/v1/orders/{ref}/urgent", orders_shapes.Urgent("a wedding"), ref="1001").left_today == 20
    assert get("/api/v1/tasks", query="?kind=pick&limit=5").items[0].kind == "pick"
    (level,) = read("get /api/v1/stock", tablet.get("/api/v1/stock?sku=MUG"))
    assert (level.on_hand, level.promised, level.free) == (5, 4, 1)
    assert [level.sku for level in get("/api/v1/stock").items] == ["MUG"]
    assert [(here.sku, here.on_hand, here.bound) for here in get("/api/v1/stock/bins").items] == [("MUG", 5, 0)]
    assert get("/api/v1/shelf").items[0].slot == "S-01"
    assert [(here.lot, here.on_hand, here.bins) for here in get("/api/v1/stock/lots").items] == [(None, 5, 1)]
    assert [(one.sku, one.free) for one in get("/api/v1/stock/changes").items] == [("MUG", 1)]
    assert (
        post("/api/v1/orders/{ref}/cancellation", orders_shapes.Cancellation("changed my mind"), ref="1002").state
        == "cancelled"
    )
    owed = _owe_a_refund("1002")
    did = orders_shapes.Acknowledgement(acknowledged=True, ref="re_1")
    assert post("/api/v1/instructions/{ident}/acknowledgement", did, ident=str(owed)).state == "acknowledged"
    assert [one.amount for one in get("/api/v1/instructions").items] == ["9.00"]
    assert post("/api/v1/manifests", orders_shapes.Manifest("house")).ref
    tablet.ship_all()
    shipped = read("get /api/v1/orders/{ref}", tablet.get("/api/v1/orders/1001"))
    assert (shipped.state, shipped.lines[0].handed_over) == ("handed_over", 2)
    assert read("get /api/v1/waiting", tablet.get("/api/v1/waiting")).next is None
    assert (
        read("get /api/v1/orders/{ref}/timeline", tablet.get("/api/v1/orders/1001/timeline")).items[0].event
        == "OrderPlaced"
    )
    _a_return(get, post)
    parcel = shipped.parcels[0].code
    label = read("post /api/v1/parcels/{code}/label", tablet.post(f"/api/v1/parcels/{parcel}/label"))
    assert read("get /api/v1/parcels/{code}/label", tablet.get(f"/api/v1/parcels/{parcel}/label")) == label
    assert post("/api/v1/parcels/{code}/tracking", orders_shapes.TrackingNumber("DHL", "JJD1"), code=parcel).carrier == "DHL"
    assert read("post /tracking/{provider}", _news(client, orders_shapes.News("JJD1", estimated_delivery=date(2027, 5, 9)))).new
    logged = post("/api/v1/contacts", contact_shapes.NewContact("demo", "phone", order="1001", text="Where is it?"))
    assert (logged.order, logged.kind) == ("1001", "where")
    assert get("/api/v1/contacts").contacts == [logged]
    assert read("post /replies/{store}", _handed_on(client)).new
    [case] = get("/api/v1/cases").items
    assert (case.order, case.kind, get("/api/v1/cases/{ref}", case.ref).state) == ("1001", "question", "open")
    assert post("/api/v1/cases/{ref}/answers", talk_shapes.CaseAnswer("It left {{ customer }}.", solve=True), ref=case.ref).state == "solved"
    assert get("/api/v1/products/{sku}/reviews", "", "MUG", query="?store=demo").count == 0
    yes = shopper_shapes.ConsentSaid(given=True, at="2026-11-01T09:00:00Z", text="Yes, tell me.", source="sign-up form")
    account = shopper_shapes.NewCustomer("demo", "ines@example.test", "Ines", "fr", "Europe/Paris", consents=[yes])
    assert [(told.new, told.consents) for told in (post("/api/v1/customers", account) for _ in range(2))] == [(True, 1), (False, 0)]
    cart = shopper_shapes.NewCart("demo", "c1", "ines@example.test", "2026-11-01T09:00:00Z", lines=[shopper_shapes.NewCartLine("MUG", "Mug", 2, "14.50")])
    assert [(told.state, told.changed) for told in (post("/api/v1/carts", cart) for _ in range(2))] == [("open", True), ("open", False)]
    points = shopper_shapes.NewPoints("demo", "1001", 120, 480, 520, "CUP", "5 off", date(2027, 3, 31))
    assert [post("/api/v1/points", points).new for _ in range(2)] == [True, False]
    read("get /api/v1/products/{sku}", tablet.get("/api/v1/products/MUG"))
    post("/api/v1/products", goods_shapes.Product("GONE", "Gone"))
    _stand_in(read, tablet)
    _message_policy(read, tablet)
    _message_run(read, tablet, "1001")
    _sequence_pace(read, tablet)
    wanted = post("/api/v1/back-in-stock", stock_shapes.SignUpAsked("GONE", "ines@example.test", "demo"))
    assert (wanted.state, get("/api/v1/back-in-stock", query="?sku=GONE").items[0].email) == ("waiting", "ines@example.test")
    _tag(read, tablet, "orders", "1001")
    _tag(read, tablet, "purchase-orders", "PO-1")
    said = read("get /api/v1/products/{sku}/availability", tablet.get("/api/v1/products/MUG/availability"))
    assert read("get /api/v1/availability", tablet.get("/api/v1/availability?sku=MUG")).items[0].wording == said.wording
    _page(read, tablet)
    post("/api/v1/products", goods_shapes.Product("GIFT", "Gift box"))
    gift = post("/api/v1/products/{sku}/parts", goods_shapes.Parts([goods_shapes.Part("MUG", 2)]), sku="GIFT")
    assert gift.parts == [goods_shapes.Part("MUG", 2)]
    assert read("get /api/v1/stock", tablet.get("/api/v1/stock?sku=GIFT"))[0].kit == gift.parts
    change = msgspec.json.encode(goods_shapes.ProductChange(name="Blue mug", barcodes=[goods_shapes.Barcode("14006381333938", 12)]))
    changed = read("patch /api/v1/products/{sku}", tablet.send("PATCH", "/api/v1/products/MUG", change, tablet.headers))
    assert (changed.name, changed.weight_g, len(changed.barcodes)) == ("Blue mug", 350, 2)
    asked = post("/api/v1/counts", stock_shapes.Count("A-01-1", "looks odd"))
    assert get("/api/v1/counts").items[0].id == asked.id
    read("get /api/v1/purchase-orders/{ref}", tablet.get("/api/v1/purchase-orders/PO-1"))
    taken = read(
        "post /intake/{store}/{platform}", webhook(in_process(client), "shopify", shopify_order("#7", {"MUG": 1}))
    )
    assert [one.outcome for one in taken.taken] == ["new"]
    with db.transaction() as session:
        admin = Tablet(in_process(client), people.add_token(session, "privacy", ["admin"]))
    mail, there = "late@example.test", "/api/v1/people/late@example.test"
    order.ref, order.customer.email = "1099", mail
    post("/api/v1/orders", order)
    post("/api/v1/orders/{ref}/cancellation", orders_shapes.Cancellation("changed my mind"), ref="1099")
    assert "customer" in {one.table for one in read("get /api/v1/people/{email}", admin.get(f"{there}?store=demo")).items}
    assert tablet.get(there).status == 403, "programs of a shop are not asked"
    assert admin.post(f"{there}/erasure", {"confirm": "else@example.test"}).status == 422
    erased = [read("post /api/v1/people/{email}/erasure", admin.post(f"{there}/erasure", {"confirm": mail})).erased for _ in range(2)]
    assert (erased, admin.get(there).status) == ([True, False], 404)
    assert heard == {f"{method} {path}" for method, path in calls.CALLS if "/adjustments" not in path}


def _a_return(get: Any, post: Any) -> None:
    """A mug of order 1001 is to come back: asked for twice, approved, withdrawn; another one is refused."""
    wish = return_shapes.NewReturnLine("MUG", 1, "damaged", "refund", "cracked")
    asked = [post("/api/v1/returns", return_shapes.NewReturn("1001", "r-1", [wish], "demo")) for _ in range(2)]
    assert (asked[0].ref, asked[0].state, asked[1].lines[0].reason) == (asked[1].ref, "requested", "damaged")
    assert post("/api/v1/returns/{ref}/approval", floor_shapes.Nothing(), ref=asked[0].ref).state == "approved"
    assert post("/api/v1/returns/{ref}/withdrawal", return_shapes.ReturnDecision("kept it"), ref=asked[0].ref).why == "kept it"
    second = post("/api/v1/returns", return_shapes.NewReturn("1001", "r-2", [wish]))
    assert post("/api/v1/returns/{ref}/refusal", return_shapes.ReturnDecision("it was used"), ref=second.ref).state == "refused"
    assert get("/api/v1/returns/{ref}", second.ref).why == "it was used"
    assert [one.state for one in get("/api/v1/returns").items] == ["refused", "withdrawn"]


def test_adjustments_are_taken_and_answered_as_the_document_says(site: tuple[TestClient[Any], str]) -> None:
    client, token = site
    with db.transaction() as session:
        second = Tablet(in_process(client), people.add_token(session, "second", ["api"]))
    first = Tablet(in_process(client), token)
    first.post("/api/v1/products", {"sku": "JUG", "name": "Jug"})

    def read(by: Tablet, method: str, body: Any = None, path: str = "", ref: str = "") -> Any:
        there = f"/api/v1/adjustments{path}"
        answer = by.post(there.format(ref=ref), msgspec.json.encode(body)) if method == "post" else by.get(there.format(ref=ref))
        return msgspec.json.decode(answer.raw, type=calls.CALLS[method, there].answers[answer.status])

    asked = stock_shapes.AskedAdjustment("JUG", "A-01-1", "found", units=2)
    found = read(first, "post", asked)
    assert read(first, "get", path="/{ref}", ref=found.ref) == found
    asked.units = 50
    for verb, by, body in (("withdrawal", first, {}), ("approval", second, {}), ("refusal", second, stock_shapes.Refusal("no"))):
        read(by, "post", body, f"/{{ref}}/{verb}", read(first, "post", asked).ref)
    assert [one.state for one in read(first, "get").items] == ["refused", "posted", "withdrawn", "posted"]


def test_refusals_have_the_form_that_is_told(site: tuple[TestClient[Any], str]) -> None:
    client, token = site
    refused = [
        Tablet(in_process(client), token).get("/api/v1/orders/none"),
        Tablet(in_process(client), token).post("/api/v1/orders", {"ref": ""}),
        Tablet(in_process(client), token).post("/scans", b"{"),
        Tablet(in_process(client), "nobody's").get("/api/v1/stock"),
    ]
    assert [answer.status for answer in refused] == [404, 400, 400, 401]
    assert all(msgspec.json.decode(answer.raw, type=floor_shapes.Error).say for answer in refused)
