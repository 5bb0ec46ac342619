"""What decides about a message, read where it is kept and as it stands now.

What is owed (`announcing.decide`) and what keeps a message back (`gates.closed`) ask here and nowhere else, so that a
rehearsal can answer the same questions as of another day (`rehearsals.Then`).
"""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock, outbox
from stowline.core.outbox import Happened
from stowline.notifications import breakers, on_record, policies, policy_rules, preferences, queries, suppressions
from stowline.notifications.models import Message
from stowline.notifications.on_record import OnRecord
from stowline.notifications.policy_models import CapTurn, MessageManners
from stowline.notifications.policy_rules import Policy
from stowline.notifications.preferences import Reader
from stowline.orders import queries as orders
from stowline.orders.queries import Order

MOST_READ = 5_000


class Books:
    """The answers of this moment."""

    def __init__(self, session: Session) -> None:
        self.session = session

    def now(self) -> datetime:
        """What time it is."""
        return clock.now()

    def policy(self, store_id: int | None, kind: str) -> Policy:
        """How a store tells of a kind."""
        return policies.policy(self.session, store_id, kind)

    def look(self, message: Message, email: str, provider: str) -> OnRecord:
        """Whether anything is on record that may keep a message to this person from going."""
        return on_record.look(self.session, message, email, provider)

    def policy_on(self, kind: str, found: OnRecord) -> Policy:
        """How the store tells of a kind, by what is on record."""
        return policy_rules.policy_of(kind, found.policy)

    def capped_kinds(self, store_id: int) -> Collection[str]:
        """The kinds that count towards a store's cap."""
        return [kind for kind, policy in policies.all_of(self.session, store_id).items() if policy.capped]

    def manners(self, store_id: int | None) -> MessageManners:
        """How politely a store writes."""
        return policies.manners(self.session, store_id)

    def order(self, order_id: int) -> Order:
        """An order by its id. Raises NotFound."""
        return orders.order(self.session, order_id)

    def diary(self, order_id: int) -> Sequence[Happened]:
        """What happened to an order so far, oldest first."""
        return outbox.diary(self.session, order_id, limit=MOST_READ)

    def reader(self, store_id: int | None, email: str) -> Reader:
        """How a person reads."""
        return preferences.reader(self.session, store_id, email)

    def address(self, order: Order, channel: str) -> str:
        """Where an order's shopper gets messages of a channel; '' where nothing is known."""
        return preferences.address_for(self.session, order.store_id, order.email, channel)

    def suppressed(self, message: Message, *, marketing: bool) -> str:
        """Why the address is not written to; '' if it is."""
        return suppressions.suppressed(self.session, message.channel, message.address, marketing=marketing, store_id=message.store_id)

    def refuses(self, message: Message, known: Reader) -> str:
        """Why the reader, of whom it is known how they read, does not want it; '' if they may get it."""
        return preferences.refuses(self.session, message.store_id, message.address, message.kind, message.channel, known)

    def rests(self, provider: str) -> tuple[datetime, str] | None:
        """Until when a provider is not tried, and why."""
        return breakers.open_until(self.session, provider)

    def when_told(self, message: Message, kinds: Collection[str], since: datetime) -> list[datetime]:
        """When messages of these kinds went to its address since then."""
        return queries.when_told(self.session, message.store_id or 0, message.channel, message.address, kinds, since)

    def heard_last(self, message: Message, kinds: Collection[str]) -> datetime | None:
        """When its reader heard last of one of these kinds, but for the same kind about other orders."""
        return queries.heard_last(self.session, message, kinds)

    def take_turn(self, message: Message) -> None:
        """Hold the address's turn until the transaction ends."""
        turn: dict[str, Any] = {"store_id": message.store_id, "channel": message.channel, "address": message.address}
        self.session.execute(sa.text("INSERT INTO cap_turn (store_id, channel, address) VALUES (:store_id, :channel, :address)"
                                     " ON CONFLICT DO NOTHING"), turn)  # fmt: skip
        row = CapTurn.__table__.c  # type: ignore[attr-defined]
        mine = (row.store_id == message.store_id, row.channel == message.channel, row.address == message.address)
        self.session.execute(sa.select(row.store_id).where(*mine).with_for_update())

    def told_of_parcel(self, parcel_id: int, channel: str) -> bool:
        """Whether the shopper was told by this channel that this parcel is on its way."""
        return queries.told_of_parcel(self.session, parcel_id, channel)

    def reopened(self, parcel_id: int, kind: str) -> int:
        """How many messages of a kind about a parcel were withdrawn as it was opened again."""
        return queries.reopened(self.session, parcel_id, kind)

    def withdrawn(self, order_id: int, kind: str) -> int:
        """How many messages of a kind about an order were withdrawn as the stock they told of was taken back."""
        return queries.withdrawn(self.session, order_id, kind)
