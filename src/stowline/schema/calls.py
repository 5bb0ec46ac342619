"""Every call of the contract: what it takes and answers."""

from dataclasses import dataclass
from typing import Any

from stowline.schema.contacts import Contact, ContactPage, HandedOn, NewContact, ReplyTaken
from stowline.schema.floor import Lease, Leased, Nothing, NotReady, Ok, Replies, Reply, Scan, Scans, TaskPage
from stowline.schema.goods import (
    ArrivalNotice,
    AskedArrival,
    AskedPrice,
    AskedPurchaseOrder,
    AskedRevision,
    AskedSubstitutes,
    DroppedPhoto,
    KeptPrice,
    KeptWords,
    Parts,
    Product,
    ProductChange,
    ProductPage,
    ProductPhoto,
    ProductWords,
    PurchaseOrder,
    Revisions,
    Substitutes,
)
from stowline.schema.messages import (
    MessagePolicy,
    MessageRun,
    MessageRunPage,
    NewMessagePolicy,
    NewMessageRun,
    RunState,
)
from stowline.schema.orders import (
    Acknowledgement,
    Cancellation,
    Instruction,
    InstructionPage,
    Intake,
    Manifest,
    ManifestRef,
    News,
    NumberedParcel,
    Order,
    OrderState,
    OrderWithParcels,
    Shipping,
    Tags,
    TakenNews,
    Timeline,
    TrackingNumber,
    Urgent,
    UrgentlyTaken,
    WaitingPage,
)
from stowline.schema.people import Erased, Erasure, KeptOfPerson
from stowline.schema.returns import NewReturn, Return, ReturnDecision, ReturnPage
from stowline.schema.shoppers import (
    CartTold,
    NewCart,
    NewCustomer,
    NewPoints,
    NewSequencePace,
    PointsTold,
    Registered,
    SequencePace,
)
from stowline.schema.stock import (
    Adjustment,
    AdjustmentPage,
    AskedAdjustment,
    Availabilities,
    Availability,
    BinPage,
    Changes,
    Count,
    CountAsked,
    CountPage,
    LotPage,
    PlacedSignUp,
    Refusal,
    ShelfPage,
    SignUpAsked,
    SignUpPage,
    StockLevel,
    StockPage,
)
from stowline.schema.talk import CaseAnswer, ProductReviews, ShopperCase, ShopperCasePage

PDF = "application/pdf"


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
    ("get", "/api/v1/instructions"): Call("listInstructions", {200: InstructionPage}, paged=True),
    ("post", "/api/v1/instructions/{ident}/acknowledgement"): Call("acknowledgeInstruction", {200: Instruction}, Acknowledgement),
    ("get", "/api/v1/returns"): Call("listReturns", {200: ReturnPage}, paged=True),
    ("post", "/api/v1/returns"): Call("askForReturn", {201: Return, 200: Return}, NewReturn),
    ("get", "/api/v1/returns/{ref}"): Call("getReturn", {200: Return}),
    ("post", "/api/v1/returns/{ref}/approval"): Call("approveReturn", {200: Return}, Nothing),
    ("post", "/api/v1/returns/{ref}/refusal"): Call("refuseReturn", {200: Return}, ReturnDecision),
    ("post", "/api/v1/returns/{ref}/withdrawal"): Call("withdrawReturn", {200: Return}, ReturnDecision),
    ("get", "/api/v1/stores/{key}/messages/{kind}"): Call("getMessagePolicy", {200: MessagePolicy}),
    ("put", "/api/v1/stores/{key}/messages/{kind}"): Call("setMessagePolicy", {200: MessagePolicy}, NewMessagePolicy),
    ("get", "/api/v1/message-runs"): Call("listMessageRuns", {200: MessageRunPage}),
    ("post", "/api/v1/message-runs"): Call("draftMessageRun", {201: MessageRun}, NewMessageRun),
    ("get", "/api/v1/message-runs/{ident}"): Call("getMessageRun", {200: MessageRun}),
    ("put", "/api/v1/message-runs/{ident}/state"): Call("moveMessageRun", {200: MessageRun}, RunState),
    ("get", "/api/v1/people/{email}"): Call("exportPerson", {200: KeptOfPerson}),
    ("post", "/api/v1/people/{email}/erasure"): Call("erasePerson", {200: Erased}, Erasure),
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
    ("get", "/api/v1/products/{sku}/substitutes"): Call("listSubstitutes", {200: Substitutes}),
    ("put", "/api/v1/products/{sku}/substitutes"): Call("putSubstitutes", {200: Substitutes}, AskedSubstitutes),
    ("delete", "/api/v1/products/{sku}/substitutes/{other}"): Call("dropSubstitute", {200: Substitutes}),
    ("put", "/api/v1/products/{sku}/words/{locale}"): Call("putProductWords", {200: KeptWords}, ProductWords),
    ("put", "/api/v1/products/{sku}/prices/{store}"): Call("putProductPrice", {200: KeptPrice}, AskedPrice),
    ("post", "/api/v1/products/{sku}/photos"): Call("addProductPhoto", {201: ProductPhoto, 200: ProductPhoto}),
    ("delete", "/api/v1/products/{sku}/photos/{photo}"): Call("dropProductPhoto", {200: DroppedPhoto}),
    ("get", "/api/v1/products/{sku}/page"): Call("getProductPage", {200: ProductPage}),
    ("get", "/api/v1/products/{sku}/availability"): Call("getAvailability", {200: Availability}),
    ("get", "/api/v1/availability"): Call("listAvailability", {200: Availabilities}),
    ("post", "/api/v1/back-in-stock"): Call("signUp", {201: PlacedSignUp, 200: PlacedSignUp}, SignUpAsked),
    ("get", "/api/v1/back-in-stock"): Call("listSignUps", {200: SignUpPage}, paged=True),
    ("get", "/api/v1/stock"): Call("getStock", {200: list[StockLevel] | StockPage}, paged=True),
    ("get", "/api/v1/stock/bins"): Call("getStockByBin", {200: BinPage}, paged=True),
    ("get", "/api/v1/shelf"): Call("getShelf", {200: ShelfPage}, paged=True),
    ("get", "/api/v1/stock/lots"): Call("getStockByLot", {200: LotPage}, paged=True),
    ("get", "/api/v1/stock/changes"): Call("getStockChanges", {200: Changes}, paged=True),
    ("post", "/api/v1/counts"): Call("askForCount", {201: CountAsked}, Count),
    ("get", "/api/v1/counts"): Call("listCounts", {200: CountPage}, paged=True),
    ("post", "/api/v1/purchase-orders"): Call("enterPurchaseOrder", {201: PurchaseOrder, 200: PurchaseOrder}, AskedPurchaseOrder),
    ("get", "/api/v1/purchase-orders/{ref}"): Call("getPurchaseOrder", {200: PurchaseOrder}),
    ("post", "/api/v1/purchase-orders/{ref}/revisions"): Call("revisePurchaseOrder", {201: PurchaseOrder, 200: PurchaseOrder}, AskedRevision),
    ("post", "/api/v1/arrivals"): Call("announceArrival", {201: ArrivalNotice, 200: ArrivalNotice}, AskedArrival),
    ("get", "/api/v1/arrivals/{ref}"): Call("getArrival", {200: ArrivalNotice}),
    ("get", "/api/v1/purchase-orders/{ref}/revisions"): Call("listRevisions", {200: Revisions}),
    ("post", "/api/v1/orders"): Call("placeOrder", {201: OrderState, 200: OrderState}, Order),
    ("get", "/api/v1/orders/{ref}"): Call("getOrder", {200: OrderWithParcels}),
    ("get", "/api/v1/orders/{ref}/timeline"): Call("getTimeline", {200: Timeline}, paged=True),
    ("get", "/api/v1/waiting"): Call("listWaiting", {200: WaitingPage}, paged=True),
    **{(method, f"/api/v1/{noun}/{{ref}}/tags{end}"): Call(f"{name}Tag{s}Of{whose}", {200: Tags})
       for noun, whose in (("orders", "Order"), ("purchase-orders", "PurchaseOrder"))
       for method, end, name, s in (("get", "", "list", "s"), ("put", "/{tag}", "give", ""), ("delete", "/{tag}", "take", ""))},
    ("post", "/api/v1/orders/{ref}/cancellation"): Call("cancelOrder", {200: OrderState}, Cancellation),
    ("get", "/api/v1/orders/{ref}/urgent"): Call("previewUrgent", {200: UrgentlyTaken}),
    ("post", "/api/v1/orders/{ref}/urgent"): Call("takeForUrgent", {200: UrgentlyTaken}, Urgent),
    ("post", "/api/v1/orders/{ref}/shipping"): Call("setShipping", {200: OrderState}, Shipping),
    ("post", "/api/v1/parcels/{code}/label"): Call("makeLabel", {200: PDF}),
    ("get", "/api/v1/parcels/{code}/label"): Call("getLabel", {200: PDF}),
    ("get", "/api/v1/cases"): Call("listCases", {200: ShopperCasePage}, paged=True),
    ("get", "/api/v1/cases/{ref}"): Call("getCase", {200: ShopperCase}),
    ("post", "/api/v1/cases/{ref}/answers"): Call("answerCase", {201: ShopperCase}, CaseAnswer),
    ("get", "/api/v1/products/{sku}/reviews"): Call("listReviews", {200: ProductReviews}, paged=True),
    ("post", "/api/v1/contacts"): Call("logContact", {201: Contact, 200: Contact}, NewContact),
    ("get", "/api/v1/contacts"): Call("listContacts", {200: ContactPage}, paged=True),
    ("post", "/api/v1/customers"): Call("registerCustomer", {201: Registered, 200: Registered}, NewCustomer),
    ("post", "/api/v1/points"): Call("tellPoints", {201: PointsTold, 200: PointsTold}, NewPoints),
    ("get", "/api/v1/stores/{key}/sequences"): Call("getSequencePace", {200: SequencePace}),
    ("put", "/api/v1/stores/{key}/sequences"): Call("setSequencePace", {200: SequencePace}, NewSequencePace),
    ("post", "/api/v1/carts"): Call("tellCart", {201: CartTold, 200: CartTold}, NewCart),
    ("post", "/replies/{store}"): Call("handOnReply", {200: ReplyTaken}, HandedOn, public=True),
    ("post", "/api/v1/adjustments"): Call("askForAdjustment", {201: Adjustment}, AskedAdjustment),
    ("get", "/api/v1/adjustments"): Call("listAdjustments", {200: AdjustmentPage}, paged=True),
    ("get", "/api/v1/adjustments/{ref}"): Call("getAdjustment", {200: Adjustment}),
    ("post", "/api/v1/adjustments/{ref}/approval"): Call("approveAdjustment", {200: Adjustment}, Nothing),
    ("post", "/api/v1/adjustments/{ref}/refusal"): Call("refuseAdjustment", {200: Adjustment}, Refusal),
    ("post", "/api/v1/adjustments/{ref}/withdrawal"): Call("withdrawAdjustment", {200: Adjustment}, Nothing),
    ("post", "/api/v1/manifests"): Call("openManifest", {201: ManifestRef}, Manifest),
    ("post", "/api/v1/parcels/{code}/tracking"): Call("noteTrackingNumber", {200: NumberedParcel}, TrackingNumber),
    ("post", "/tracking/{provider}"): Call("takeNews", {202: TakenNews}, News, public=True),
    ("post", "/intake/{store}/{platform}"): Call("takeWebhook", {202: Intake}, dict[str, Any], public=True),
}
