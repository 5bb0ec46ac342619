"""Where a shopper's personal words can stand, on one page: what an erasure empties and what an export shows. What it leaves
alone, and why, is said in `personal_columns`; a column that stands in neither fails `tests/house`.

A place is a table, how its rows belong to a person (`by`), and what becomes of each column: SET to a value, CLEAN of the
person's own words, or PRINT: replaced by a keyed fingerprint. Rows of a place that `goes` are deleted.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

CLEAN, PRINT = "clean", "print"
GONE = "Erased"


@dataclass(frozen=True, slots=True)
class Place:
    """One table. `by`: customer, order (`order_id`), return, parcel, person (store and address), or terms of an order. `any_store`: a row of no
    store yet belongs to whoever has the address.
    """

    table: str
    by: str
    column: str
    clean: tuple[str, ...] = ()
    sets: Mapping[str, Any] = field(default_factory=dict)
    goes: bool = False
    any_store: bool = False


_ORDER = dict.fromkeys(("email", "company", "line1", "line2", "city", "region", "postcode", "phone", "note"), "")
_CONTACT = dict.fromkeys(("ref", "address", "name", "subject", "text", "why", "consent_note"), "")
PLACES: tuple[Place, ...] = (
    Place("outbox", "order", "subject", clean=("body", "trouble")),
    Place("message", "order", "order_id"),
    Place("message", "person", "recipient"),
    Place("offer", "order", "order_id", clean=("options", "answer", "chosen_by", "why")),
    Place("consent", "order", "order_id", clean=("text", "source")),
    Place("instruction", "order", "order_id", clean=("why", "say", "note")),
    Place("reallocation", "order", "to_order_id", clean=("why",)),
    Place("reallocation", "order", "from_order_id", clean=("why",)),
    Place("parcel_milestone", "parcel", "parcel_id", clean=("say", "place")),
    Place("parcel_photo", "parcel", "parcel_id", goes=True),
    Place("rma", "order", "order_id", clean=("why", "claim"), sets={"note": ""}),
    Place("rma_line", "return", "rma_id", sets={"note": ""}),
    Place("rma_photo", "return", "rma_id", goes=True),
    Place("rma_settlement", "return", "rma_id", clean=("cut_why",)),
    Place("sign_up", "person", "email", goes=True),
    Place("preference", "person", "address", goes=True),
    Place("reader", "person", "address", goes=True),
    Place("marketing_consent", "person", "address", goes=True),
    Place("cap_turn", "person", "address", goes=True),
    Place("sequence_run", "person", "address", goes=True),
    Place("calendar_person", "customer", "customer_id"),
    Place("basket", "person", "address", goes=True),
    Place("mail_report", "person", "address", sets={"address": "", "say": ""}, any_store=True),
    Place("contact", "order", "order_id", sets={**_CONTACT, "testimonial_at": None}),
    Place("contact", "person", "address", sets={**_CONTACT, "testimonial_at": None}, any_store=True),
    Place("case_entry", "order", "order_id", sets={"text": ""}),
    Place("case_photo", "order", "order_id", goes=True),
    Place("shopper_case", "order", "order_id", clean=("opened_by",), sets={"verdict_text": ""}),
    Place("review", "order", "order_id", sets={"text": "", "name": "", "answer": "", "reason": "", "state": "erased"}),
    Place("orders", "order", "id", clean=("held",), sets={**_ORDER, "customer_name": GONE, "ship_name": GONE}),
    Place("shopper_session", "customer", "customer_id", goes=True),
    Place("customer_address", "customer", "customer_id", goes=True),
    Place("sign_in_link", "person", "address", goes=True),
    Place("customer", "customer", "id", sets={"name": GONE, "payment": ""}),
)
MESSAGE_CLEAN = ("reason", "forced")
MESSAGE = {"mark": "", "recipient": "", "address": "", "recipient_name": "", "subject": "", "html": "", "text": "", "short": ""}
LOOSE = ("outbox", "idempotency", "scan", "task_step", "task_lease", "contact", "intake_error", "audit", "timer", "tracking_post",
         "note_run", "message_hook_try", "breaker")  # fmt: skip
"""Tables whose rows name nobody they belong to: those that hold the person's e-mail address, or the name beside an order."""
IN_A_WAY_OF_THEIR_OWN: Mapping[str, str] = {
    "message": "key", "customer": "email", "order_term": "term", "tag": "tag", "suppression": "address standing why", "parcel_track": "place",
    "idempotency": "key route", "mail_report": "key",
}  # fmt: skip
"""Columns that erasing empties by a verb of its own: rows that go, and fingerprints."""
EXPORTED = ("customer", "orders", "rma", "rma_line", "rma_photo", "rma_settlement", "message", "offer", "consent", "instruction", "parcel_milestone", "parcel_photo", "sign_up", "preference",
            "reader", "marketing_consent", "sequence_run", "basket", "calendar_person", "mail_report", "contact", "customer_address", "shopper_case",
            "case_entry", "case_photo", "review")  # fmt: skip
