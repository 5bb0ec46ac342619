"""The public contract as types, and how `/schema` tells it.

Handlers read their bodies themselves, so that a refusal is a sentence; OpenAPI learns here what they take and answer.
A test sends the bodies to the real handlers and reads their answers by these types.
"""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

import msgspec
from litestar import Request
from litestar.openapi.plugins import JsonRenderPlugin
from msgspec import UNSET, Struct, UnsetType

from stowline.core.web.inputs import LARGEST_PAGE, PAGE_SIZE

REF = "#/components/schemas/{name}"
PDF = "application/pdf"


class Error(Struct):
    """What is wrong, and what to do. `where` names the field at fault."""

    error: str
    say: str
    where: str | None


class Ok(Struct):
    """All is well."""

    ok: bool


class NotReady(Struct):
    """The process answers, its database does not."""

    ok: bool
    say: str


class Scan(Struct):
    """A scan, made on the device that sends it. The same `scan_id` again is answered as the first time."""

    scan_id: str
    task: str
    code: str
    quantity: int = 1
    scanned_at: datetime | None = None
    device: str | None = None
    kind: str | None = None


class Choice(Struct):
    """One meaning of a code that has several; the next scan carries its kind."""

    kind: str
    ref: str
    label: str


class Reply(Struct):
    """What a scan did: 200 accepted, 422 refused, 409 conflict. `next` says what the task wants now."""

    scan_id: str
    fate: Literal["accepted", "refused", "conflict"]
    duplicate: bool
    say: str
    next: dict[str, Any] | None
    task: dict[str, Any] | None
    choices: list[Choice] | UnsetType = UNSET


class Scans(Struct):
    """Scans in order, at most 500."""

    scans: list[Scan]


class Replies(Struct):
    """Their replies, up to the first that was not accepted."""

    replies: list[Reply]
    stopped_at: int | None


class Task(Struct):
    """Work, what it wants next, and who holds it until when."""

    task: str
    kind: str
    say: str
    next: dict[str, Any]
    holder: str | None
    until: datetime | None


class TaskPage(Struct):
    """A page of tasks."""

    items: list[Task]
    next: str | None


class Lease(Struct):
    """Who takes a task, where the header X-Worker does not say."""

    device: str = ""


class Leased(Struct):
    """A task that is yours until then, unless you scan and it is yours longer."""

    task: str
    next: dict[str, Any]
    until: datetime


class Barcode(Struct):
    """A code on a product and the units it stands for."""

    code: str
    quantity: int = 1


class Part(Struct):
    """Units of a product that are in one kit."""

    sku: str
    units: int = 1


class Parts(Struct):
    """What a kit is made of from now on; none: a product like any other."""

    parts: list[Part]


class Product(Struct):
    """A product. Weight in g; length, width and height in mm. One with parts is a kit: sold as one, picked as they.

    `lots` and `serials` say what its units are told apart by, `expires` that each lot has a last day, `fefo` that the lot
    that ends first goes first; so many days before its last day (`min_days_left`) a lot is sold no more.
    """

    sku: str
    name: str
    barcodes: list[Barcode] = []
    weight_g: int | None = None
    dims_mm: tuple[int, int, int] | None = None
    parts: list[Part] = []
    detail: str = ""
    lots: bool = False
    serials: bool = False
    expires: bool = False
    fefo: bool = False
    min_days_left: int = 0
    low_at: int | None = None


class ProductChange(Struct):
    """What to change of a product: what is left out stays, null is not known. Barcodes come to those that it has."""

    name: str | UnsetType = UNSET
    detail: str | UnsetType = UNSET
    weight_g: int | UnsetType | None = UNSET
    dims_mm: tuple[int, int, int] | UnsetType | None = UNSET
    lots: bool | UnsetType = UNSET
    serials: bool | UnsetType = UNSET
    expires: bool | UnsetType = UNSET
    fefo: bool | UnsetType = UNSET
    min_days_left: int | UnsetType = UNSET
    low_at: int | UnsetType | None = UNSET
    barcodes: list[Barcode] = []


class Figures(Struct):
    """Units of a product: `free = on_hand - promised`. A kit's are what its parts, told as `kit`, make up."""

    sku: str
    on_hand: int
    promised: int
    free: int
    waiting: int
    incoming: int


class Arrival(Struct):
    """Units that a purchase order will bring, and when. `late`: the last expected day is over."""

    ref: str
    supplier: str
    units: int
    expected_from: date | None
    expected_to: date | None
    late: bool


class StockLevel(Figures):
    """Units of a product, and the first 20 arrivals of it, soonest first."""

    name: str
    arrivals: list[Arrival]
    kit: list[Part] | UnsetType = UNSET


class StockPage(Struct):
    """A page of stock; with `?sku=` the answer is a plain list instead."""

    items: list[StockLevel]
    next: str | None


class InLot(Struct):
    """Units of one lot in one condition, in so many bins. `bound` of them are spoken for by pick lists and parcels."""

    sku: str
    lot: str | None
    condition: Literal["good", "damaged", "hold"]
    expires_on: date | None
    on_hand: int
    bound: int
    bins: int


class LotPage(Struct):
    """A page of stock by lot."""

    items: list[InLot]
    next: str | None


class InBin(Struct):
    """Units in one bin, of one lot, one serial and in one condition. `bound` are spoken for by pick lists and parcels."""

    sku: str
    bin: str
    kind: str
    lot: str | None
    serial: str | None
    condition: Literal["good", "damaged", "hold"]
    expires_on: date | None
    on_hand: int
    bound: int


class BinPage(Struct):
    """A page of stock by bin."""

    items: list[InBin]
    next: str | None


class Changed(Figures):
    """A product whose stock changed, in its latest state; `at` is when the feed took note."""

    at: datetime
    kit: list[Part] | UnsetType = UNSET


class Changes(Struct):
    """Products that changed since the cursor, each once. `next` is always given; there is `more` at once."""

    items: list[Changed]
    next: str
    more: bool


class Count(Struct):
    """A bin that is to be counted, and why."""

    bin: str
    why: str


class CountAsked(Struct):
    """A count that is asked for: by which kind of trigger, how urgent (1 comes first), by whom."""

    id: int
    bin: str
    why: str
    kind: str
    priority: int
    asked_at: datetime
    who: str


class CountListed(CountAsked):
    """One of the list; where one product asked for it, which (and which lot or serial)."""

    sku: str | None
    lot: str
    serial: str


class CountPage(Struct):
    """A page of counts that are asked for."""

    items: list[CountListed]
    next: str | None


class Units(Struct):
    """Units of a SKU."""

    sku: str
    quantity: int


class PurchaseOrder(Struct):
    """Goods that are expected."""

    ref: str
    supplier: str
    lines: list[Units]
    expected_from: date | None = None
    expected_to: date | None = None


class Customer(Struct):
    """Who ordered; without an e-mail address nobody is told anything."""

    name: str
    email: str = ""


class Address(Struct):
    """Where it goes. The country as its two letters."""

    name: str
    line1: str
    city: str
    country: str
    line2: str = ""
    region: str = ""
    postcode: str = ""


class OrderLine(Struct):
    """What was ordered. The price of a unit in major units, as text with at most four decimals."""

    sku: str
    quantity: int
    unit_price: str


class Order(Struct):
    """An order as it comes in."""

    ref: str
    store: str
    customer: Customer
    address: Address
    lines: list[OrderLine]
    currency: str | None = None
    placed_at: datetime | None = None


class Stages(Struct):
    """A line of an order and how far its units have come."""

    sku: str
    quantity: int
    promised: int
    waiting: int
    picked: int
    packed: int
    handed_over: int
    returned: int
    cancelled: int


class PartStages(Stages):
    """What is picked for a kit: its own units, `per_kit` of them in one."""

    per_kit: int


class SoldStages(Stages):
    """What was sold in one line. A kit counts whole kits and has its parts."""

    parts: list[PartStages] | UnsetType = UNSET


class OrderState(Struct):
    """An order as it stands."""

    ref: str
    store: str
    state: str
    placed_at: datetime
    lines: list[SoldStages]


class Parcel(Struct):
    """A box and what is in it. Weight in g."""

    code: str
    state: str
    weight_g: int | None
    carrier: str | None
    tracking: str | None
    handed_over_at: datetime | None
    lines: list[Units]


class OrderWithParcels(OrderState):
    """An order as it stands, with its boxes."""

    parcels: list[Parcel]


class Happening(Struct):
    """Something that happened to an order; `event` is the event's class name."""

    at: datetime
    event: str
    say: str
    scan_id: str | None = None
    message_id: int | None = None


class Timeline(Struct):
    """A page of what happened, oldest first."""

    items: list[Happening]
    next: str | None


class Cancellation(Struct):
    """Why an order is cancelled."""

    reason: str


class AskedAdjustment(Struct):
    """A change of the books: `units` more (or, negative, fewer) of a product in a bin, or `counted`, as many as lie there.

    `reason` is the code of one that is offered (found, lost, damaged, expired, scrap, …); `expires_on` is needed for a lot
    that nobody knows yet, of a product that ends on a day.
    """

    sku: str
    bin: str
    reason: str
    units: int | UnsetType = UNSET
    counted: int | UnsetType = UNSET
    note: str = ""
    condition: Literal["good", "damaged", "hold"] = "good"
    lot: str | None = None
    serial: str | None = None
    expires_on: date | None = None


class Adjustment(Struct):
    """An adjustment. While it is `waiting` for a second person, nothing is moved."""

    ref: str
    sku: str
    bin: str
    lot: str | None
    serial: str | None
    condition: str
    to_condition: str
    goes_to: Literal["adjustment", "scrap", "damaged"]
    units: int
    reason: str
    note: str
    state: Literal["waiting", "posted", "refused", "withdrawn", "undone"]
    who: str
    device: str | None
    scan_id: str | None
    asked_at: datetime
    decided_by: str | None
    decided_at: datetime | None
    decided_why: str | None


class AdjustmentPage(Struct):
    """A page of adjustments."""

    items: list[Adjustment]
    next: str | None


class Refusal(Struct):
    """Why it is refused."""

    reason: str


class Nothing(Struct):
    """An empty object: the address says it all."""


class Manifest(Struct):
    """The carrier that parcels are handed to."""

    carrier: str


class ManifestRef(Struct):
    """The manifest that was opened."""

    ref: str


class Taken(Struct):
    """What became of one order of a webhook: new, known, skipped, cancelled or error (kept, to be retried)."""

    ref: str
    outcome: str
    say: str


class Intake(Struct):
    """The webhook was taken."""

    ok: bool
    taken: list[Taken]


@dataclass(frozen=True, slots=True)
class Call:
    """A call of the contract: its name, what it answers by status, what it takes.

    `paged` lists take `?limit=`; `public` calls need no token (webhooks are signed instead).
    """

    name: str
    answers: dict[int, Any]
    body: Any = None
    paged: bool = False
    public: bool = False


CALLS: dict[tuple[str, str], Call] = {
    ("get", "/healthz"): Call("health", {200: Ok}, public=True),
    ("get", "/readyz"): Call("ready", {200: Ok, 503: NotReady}, public=True),
    ("post", "/scans"): Call("scan", {200: Reply, 409: Reply, 422: Reply}, Scan),
    ("post", "/scans/batch"): Call("scanBatch", {200: Replies}, Scans),
    ("get", "/api/v1/tasks"): Call("listTasks", {200: TaskPage}, paged=True),
    ("post", "/api/v1/tasks/{task}/lease"): Call("leaseTask", {200: Leased}, Lease),
    ("post", "/api/v1/products"): Call("addProduct", {201: Product, 200: Product}, Product),
    ("get", "/api/v1/products/{sku}"): Call("getProduct", {200: Product}),
    ("patch", "/api/v1/products/{sku}"): Call("changeProduct", {200: Product}, ProductChange),
    ("post", "/api/v1/products/{sku}/parts"): Call("setParts", {200: Product}, Parts),
    ("get", "/api/v1/stock"): Call("getStock", {200: list[StockLevel] | StockPage}, paged=True),
    ("get", "/api/v1/stock/bins"): Call("getStockByBin", {200: BinPage}, paged=True),
    ("get", "/api/v1/stock/lots"): Call("getStockByLot", {200: LotPage}, paged=True),
    ("get", "/api/v1/stock/changes"): Call("getStockChanges", {200: Changes}, paged=True),
    ("post", "/api/v1/counts"): Call("askForCount", {201: CountAsked}, Count),
    ("get", "/api/v1/counts"): Call("listCounts", {200: CountPage}, paged=True),
    ("post", "/api/v1/purchase-orders"): Call("enterPurchaseOrder", {201: PurchaseOrder, 200: PurchaseOrder}, PurchaseOrder),
    ("get", "/api/v1/purchase-orders/{ref}"): Call("getPurchaseOrder", {200: PurchaseOrder}),
    ("post", "/api/v1/orders"): Call("placeOrder", {201: OrderState, 200: OrderState}, Order),
    ("get", "/api/v1/orders/{ref}"): Call("getOrder", {200: OrderWithParcels}),
    ("get", "/api/v1/orders/{ref}/timeline"): Call("getTimeline", {200: Timeline}, paged=True),
    ("post", "/api/v1/orders/{ref}/cancellation"): Call("cancelOrder", {200: OrderState}, Cancellation),
    ("post", "/api/v1/parcels/{code}/label"): Call("makeLabel", {200: PDF}),
    ("get", "/api/v1/parcels/{code}/label"): Call("getLabel", {200: PDF}),
    ("post", "/api/v1/adjustments"): Call("askForAdjustment", {201: Adjustment}, AskedAdjustment),
    ("get", "/api/v1/adjustments"): Call("listAdjustments", {200: AdjustmentPage}, paged=True),
    ("get", "/api/v1/adjustments/{ref}"): Call("getAdjustment", {200: Adjustment}),
    ("post", "/api/v1/adjustments/{ref}/approval"): Call("approveAdjustment", {200: Adjustment}, Nothing),
    ("post", "/api/v1/adjustments/{ref}/refusal"): Call("refuseAdjustment", {200: Adjustment}, Refusal),
    ("post", "/api/v1/adjustments/{ref}/withdrawal"): Call("withdrawAdjustment", {200: Adjustment}, Nothing),
    ("post", "/api/v1/manifests"): Call("openManifest", {201: ManifestRef}, Manifest),
    ("post", "/intake/{store}/{platform}"): Call("takeWebhook", {202: Intake}, dict[str, Any], public=True),
}


_LIMIT = {
    "name": "limit", "in": "query", "required": False, "description": "Items in a page.",
    "schema": {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
}  # fmt: skip
_ONCE = {
    "name": "Idempotency-Key", "in": "header", "required": False, "schema": {"type": "string"},
    "description": "The same key with the same body again gets the first answer again.",
}  # fmt: skip


class ContractPlugin(JsonRenderPlugin):
    """Renders the document with the contract's bodies and answers in it."""

    def render(self, request: Request[Any, Any, Any], openapi_schema: dict[str, Any]) -> bytes:
        """The document as JSON."""
        return super().render(request, document(openapi_schema))


def document(plain: dict[str, Any]) -> dict[str, Any]:
    """Litestar's document (paths and their parameters) with names, bodies and answers of the contract."""
    told = deepcopy(plain)
    told["paths"] = {path: item for path, item in told["paths"].items() if not path.startswith("/schema")}
    kinds = [kind for call in CALLS.values() for kind in (call.body, *call.answers.values()) if kind and kind != PDF]
    shapes, schemas = msgspec.json.schema_components([*kinds, Error], ref_template=REF)
    schema_of = dict(zip(map(str, [*kinds, Error]), shapes, strict=True))
    told.setdefault("components", {})["schemas"] = schemas
    for path, item in told["paths"].items():
        for method, operation in item.items():
            _tell(operation, CALLS[method, path], schema_of)
            if method in ("post", "patch") and path.startswith("/api/"):
                operation.setdefault("parameters", []).append(_ONCE)
    return told


def _tell(operation: dict[str, Any], call: Call, schema_of: dict[str, Any]) -> None:
    operation["operationId"] = call.name
    operation["responses"] = {str(status): _answer(kind, schema_of) for status, kind in call.answers.items()}
    operation["responses"]["default"] = _answer(Error, schema_of)
    if call.body:
        operation["requestBody"] = {"required": True, "content": {"application/json": {"schema": schema_of[str(call.body)]}}}
    if call.paged:
        operation.setdefault("parameters", []).append(_LIMIT)
    if call.public:
        operation["security"] = []


def _answer(kind: Any, schema_of: dict[str, Any]) -> dict[str, Any]:  # noqa: ANN401  (a type, or the PDF's media type)
    if kind == PDF:
        return {"description": "A PDF of 4 × 6 inches.", "content": {PDF: {"schema": {"type": "string", "format": "binary"}}}}
    said = kind.__doc__ if isinstance(kind, type) and issubclass(kind, Struct) else "One of these."
    return {"description": said, "content": {"application/json": {"schema": schema_of[str(kind)]}}}
