"""What a shopper and the store say to each other about an order, as its page shows it; what staff note stays inside."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from stowline.cases import case_policies, case_reads, review_reads
from stowline.cases.case_models import Case, CaseEntry
from stowline.cases.case_reads import Photo
from stowline.core import ids
from stowline.notifications import alarms, facts
from stowline.orders.queries import Order
from stowline.portal.reader import Reader
from stowline.stores.queries import Store

View = dict[str, Any]
SHOPPERS_KINDS = ("not_received", "wrong", "damaged", "question", "other")
"""What a shopper may say that it is; goods go back by a way of their own."""
CHIPS = {"open": "go", "waiting": "warn", "solved": "ok", "closed": "done"}


def card(session: Session, order: Order, store: Store, reader: Reader) -> View:
    """All conversations of an order, the newest first, and where to rate what came."""
    found = case_reads.of_order(session, order.id or 0)
    here, mine = facts.status_path(order.id or 0), [one.id or 0 for one in found]
    said, photos = case_reads.entries(session, mine, notes=False), case_reads.photos(session, mine) if mine else {}
    return {
        "cases": [_case(one, said[one.id or 0], photos, store, here, reader) for one in found],
        "reviews_href": f"{here}/reviews" if review_reads.reviewable(session, order.id or 0) else None, "busy": busy(session, store, reader),
    }  # fmt: skip


def _case(one: Case, said: Sequence[CaseEntry], photos: Mapping[int, list[Photo]], store: Store, here: str, reader: Reader) -> View:
    at = f"{here}/cases/{one.id}"
    return {
        "id": one.id, "title": reader.say(f"talk.kind.{one.kind}"), "ref": one.ref, "kind": CHIPS[one.state], "word": reader.say(f"talk.state.{one.state}"),
        "due": reader.say("talk.due", when=reader.moment(one.due_at)) if one.state == "open" else "",
        "entries": [_entry(entry, len(photos.get(entry.id or 0, ())), store, reader) for entry in said],
        "reply_href": f"{at}/entries", "press": ids.new_code(20), "verdict_href": f"{at}/verdict" if one.state in ("solved", "closed") and not one.verdict else None,
    }  # fmt: skip


def _entry(one: CaseEntry, photos: int, store: Store, reader: Reader) -> View:
    mine = one.author == "shopper"
    return {"mine": mine, "who": reader.say("talk.you") if mine else store.name, "at": reader.moment(one.at), "text": one.text,
            "photos": reader.say("talk.photos", n=photos) if photos else ""}  # fmt: skip


def busy(session: Session, store: Store, reader: Reader) -> str:
    """What shoppers read while very many ask, in the store's own words or the house's; '' when nothing is to be said."""
    policy = case_policies.of_store(session, store.id or 0)
    if policy.busy == "off" or (policy.busy == "spike" and all(one.name != alarms.ASKED for one in alarms.standing(session))):
        return ""
    return policy.busy_words.get(reader.words.locale) or reader.say("talk.busy")
