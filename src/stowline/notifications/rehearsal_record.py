"""What is on record of the orders whose events a rehearsal plays."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session

from stowline.core import outbox
from stowline.core.outbox import Happened
from stowline.notifications import preferences, queries, suppressions
from stowline.notifications.preference_rules import plain
from stowline.notifications.preferences import Reader
from stowline.notifications.rehearsal_rules import SEEN
from stowline.notifications.suppression_models import Suppression
from stowline.orders.queries import Order

WENT = ("sent", "sending", "unknown")


@dataclass(frozen=True, slots=True)
class Whose:
    """What the gates ask of an order; all that is kept of one once its events are played."""

    email: str
    time_zone: str


class Record:
    """What is on record of the orders whose events are played: read once for each portion."""

    def __init__(self, store_id: int, begin: datetime) -> None:
        self.store_id, self.begin = store_id, begin
        self.orders: dict[int, Order] = {}
        self.whose: dict[int, Whose] = {}
        self.events: dict[int, list[Happened]] = defaultdict(list)
        self.readers: dict[str, Reader] = {}
        self.choosers: set[str] = set()
        self.stopped: dict[str, list[Suppression]] = defaultdict(list)
        self.keys: set[str] = set()
        self.told: dict[tuple[int, str], set[str]] = defaultdict(set)
        self.withdrawn: dict[tuple[int, str], int] = defaultdict(int)
        self.real: dict[tuple[int, str, str], Any] = {}
        self.refusals: dict[tuple[str, str, str], str] = {}
        self.capped: dict[tuple[str, str], list[tuple[datetime, str]]] = {}

    def learn(self, session: Session, portion: Sequence[Happened]) -> None:
        """Read what is on record of the orders of these events."""
        found = self.orders = queries.orders_by_id(session, list({one.subject or 0 for one in portion}))
        fresh = [one for one in found if one not in self.whose]
        self.whose |= {one: Whose(found[one].email, found[one].time_zone) for one in fresh}
        for one in outbox.diaries(session, fresh, SEEN):
            self.events[one.subject or 0].append(one)
        addresses = list({plain(found[one].email) for one in fresh if found[one].email})
        readers, choosers = preferences.readers(session, self.store_id, addresses)
        self.readers |= readers
        self.choosers |= choosers
        marks = {suppressions.fingerprint(one): one for one in addresses}
        for stop in suppressions.of_addresses(session, [*addresses, *(one.phone for one in readers.values() if one.phone)]):
            self.stopped[marks.get(stop.address, stop.address)].append(stop)
        self._messages(session, fresh)

    def _messages(self, session: Session, order_ids: Sequence[int]) -> None:
        for one in queries.of_orders(session, order_ids):
            self.real[one.event_id, one.kind, one.channel] = one
            if one.made_at < self.begin:
                self.keys.add(one.key)
                self.withdrawn[one.order_id, one.kind] += one.state == "skipped" and one.reason == queries.TAKEN_BACK
            if one.parcel_id and one.state in WENT and one.went_at and one.went_at < self.begin:
                self.told[one.parcel_id, one.channel].add(one.kind)
