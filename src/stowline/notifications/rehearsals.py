"""A rehearsal: what a store's policies, or changed ones, would have made of what happened in a span of time.

The events are played through the same rules as a living house (`announcing.decide`, `gates.closed`) with the clock at
each event and each message's moment; what would have gone earlier counts for the cap. All is read in transactions that the database
lets write nothing, in portions. What it cannot know stands in docs/message-runs.md.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

from sqlmodel import Session

from stowline.core import db, outbox
from stowline.core.outbox import Happened
from stowline.notifications import announcing, digests, gates, policies, policy_rules, queries, suppressions
from stowline.notifications import preference_rules as wishes
from stowline.notifications.books import Books
from stowline.notifications.models import Message
from stowline.notifications.on_record import OnRecord
from stowline.notifications.policy_models import MessageManners
from stowline.notifications.policy_rules import HEARD, Policy
from stowline.notifications.preferences import Reader
from stowline.notifications.rehearsal_record import Record
from stowline.notifications.rehearsal_rules import Line, Outcome, untrue_then, was_told
from stowline.notifications.rules import KINDS, State, message_key
from stowline.notifications.suppression_rules import MARKETING
from stowline.orders.queries import Order

PORTION, MOST_EVENTS, MOST_WAITS = 500, 50_000, 50


@dataclass(frozen=True, slots=True)
class Asked:
    """What is rehearsed: a store, from when to before when, with which policies and manners."""

    store_id: int
    begin: datetime
    end: datetime
    policies: Mapping[str, Policy]
    manners: MessageManners


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What would have been: with the changed policies, with those that stand now, how many events were played, and from
    when on they were too many (None: all were).
    """

    changed: Sequence[Line]
    now: Sequence[Line]
    events: int
    cut_at: datetime | None


def rehearse(asked: Asked) -> Rehearsal:
    """Play what happened through the policies asked for and through those that stand. Writes nothing, sends nothing."""
    record, n, cut = Record(asked.store_id, asked.begin), 0, None
    with db.reading() as session:
        standing = replace(asked, policies=policies.all_of(session, asked.store_id), manners=policies.manners(session, asked.store_id))
    plays = [_Play(asked, record), _Play(standing, record)]
    for session, portion in _portions(asked):
        if n >= MOST_EVENTS:
            cut = portion[0].at
            break
        n += len(portion)
        record.learn(session, portion)
        for play in plays:
            play.session = session
            for happened in sorted(portion, key=lambda one: (one.at, one.id)):
                play.hear(happened)
    with db.reading() as session:
        for play in plays:
            play.session = session
            play.end()
    changed, now = (_compared(record, play) for play in plays)
    return Rehearsal(changed, now, n, cut)


def _portions(asked: Asked) -> Iterator[tuple[Session, list[Happened]]]:
    with db.reading() as session:
        last, end = outbox.between(session, asked.begin, asked.end)
    more = True
    while more:
        with db.reading() as session:
            of = queries.orders_of_store(asked.store_id)
            found = outbox.span(session, HEARD, asked.begin, asked.end, of=of, ids=(last, end), limit=PORTION)
            if found:
                yield session, found
        more, last = len(found) == PORTION, found[-1].id if found else last


def _compared(record: Record, play: "_Play") -> list[Line]:
    """The lines of a play beside what really was; what was owed then and would not be is a line of its own."""
    found, left = [], {key: one for key, one in record.real.items() if key[0] in play.heard}
    for line in play.lines:
        if line.kind == digests.KIND:
            continue  # a wrapper: each part that it tells has its own line
        real = left.pop((line.event_id, line.kind, line.channel), None)
        found.append(replace(line, really=real.state, really_why=real.reason, really_at=real.went_at) if real is not None else line)
    found += [
        Line(play.heard[one.event_id], one.kind, one.channel, one.recipient, one.order_ref, Outcome.NOT_OWED, "by these policies nobody is owed it",
             one.event_id, one.state, one.reason, one.went_at)
        for one in left.values() if was_told(one.state, one.reason) and one.made_at >= record.begin
    ]  # fmt: skip
    return sorted(found, key=lambda line: (line.at, line.event_id, line.kind, line.channel))


# -- one set of policies, played through -----------------------------------------------------------------------------


@dataclass(order=True, slots=True)
class _Held:
    """A message that waits for its moment."""

    due: datetime
    n: int
    row: dict[str, Any] = field(compare=False)
    why: list[str] = field(compare=False, default_factory=list)
    over: bool = field(compare=False, default=False)

    @property
    def reader(self) -> tuple[str, str]:
        return self.row["channel"], self.row["address"]


class _Play(Books):
    """The books as of each moment of the span: what is on record by then, and what this play has sent so far."""

    def __init__(self, asked: Asked, record: Record) -> None:
        self.session: Session = cast(Session, None)
        self._asked, self._record, self._moment = asked, record, asked.begin
        self.heard: dict[int, datetime] = {}
        self.lines: list[Line] = []
        self._held: list[_Held] = []
        self._waits_for_cap: dict[tuple[str, str], list[_Held]] = defaultdict(list)
        self._keys: set[str] = set()
        self._went: dict[tuple[str, str], list[tuple[datetime, str]]] = defaultdict(list)
        self._told: dict[tuple[int, str], set[str]] = defaultdict(set)
        self._told_of_order: dict[tuple[int, str, str], datetime] = {}
        self._withdrawn: dict[tuple[int, str], int] = defaultdict(int)
        self._n = 0

    def hear(self, happened: Happened) -> None:
        """What is due by then goes; then what this event owes is owed."""
        self._drain(happened.at)
        self.heard[happened.id], self._moment = happened.at, max(self._moment, happened.at)
        order = self._record.orders.get(happened.subject or 0)
        for kind in announcing.kinds_heard(happened) if order is not None else ():
            for row in announcing.decide(self, kind, cast(Order, order), happened):
                if row["key"] not in self._keys and row["key"] not in self._record.keys:
                    self._owe(row)

    def _owe(self, row: dict[str, Any]) -> None:
        self._keys.add(row["key"])
        self._n += 1
        one = _Held(row["due"], self._n, row)
        if row["state"] == State.SKIPPED:
            self._line(one, Outcome.SKIPPED, row["reason"])
        else:
            heapq.heappush(self._held, one)

    def end(self) -> None:
        """All that waits goes at its moment, as if nothing more happened than is known."""
        self._drain(None)

    def _drain(self, until: datetime | None) -> None:
        while self._held and (until is None or self._held[0].due <= until):
            one = heapq.heappop(self._held)
            if not one.over:
                self._moment = max(self._moment, one.due)
                self._try(one)

    def _try(self, one: _Held) -> None:
        if why := self._untrue(one):
            self._withdrawn[one.row["order_id"] or 0, one.row["kind"]] += why == queries.TAKEN_BACK
            self._line(one, Outcome.SKIPPED, why)
            return
        shut = gates.closed(self.session, cast(Message, SimpleNamespace(**one.row)), books=self)
        if isinstance(shut, gates.Wait) and len(one.why) < MOST_WAITS:
            one.due = shut.until
            one.why += [shut.why] if shut.why not in one.why else []
            waiting = self._waits_for_cap[one.reader] = [other for other in self._waits_for_cap[one.reader] if other is not one and not other.over]
            if shut.capped:
                waiting.append(one)
            heapq.heappush(self._held, one)
        elif shut is not None:
            self._line(one, Outcome.SKIPPED, shut.why)
        elif not self._fold(one):
            self._go(one)

    def _go(self, one: _Held) -> None:
        row = one.row
        self._went[one.reader].append((self._moment, row["kind"]))
        if row["parcel_id"]:
            self._told[row["parcel_id"], row["channel"]].add(row["kind"])
        self._told_of_order[row["order_id"] or 0, row["channel"], row["kind"]] = self._moment
        self._line(one, Outcome.GOES, "; ".join(one.why))

    def _fold(self, one: _Held) -> bool:
        """Whether it goes in one mail with others that wait for the cap, as `digests.fold` does it."""
        waiting = [other for other in self._waits_for_cap[one.reader] if not other.over and not KINDS[other.row["kind"]].transactional]
        if one not in waiting or one.row["kind"] == digests.KIND or not self._asked.manners.digest:
            return False
        others = [other for other in waiting if other is not one and other.row["kind"] != digests.KIND and not self._untrue(other)][: digests.MOST - 1]
        if not others:
            return False
        for part in (one, *others):
            self._line(part, Outcome.TOGETHER, "; ".join(part.why))
        happened = Happened(one.row["event_id"], "", {}, self._moment, None, None)
        row = announcing.owed(digests.KIND, one.row["channel"], one.row["recipient"], happened, self.policy(self._asked.store_id, digests.KIND), self._moment)
        key = message_key(digests.KIND, channel=row["channel"], recipient=row["recipient"], store=self._asked.store_id, first=one.n)
        self._owe(row | {"key": key, "store_id": self._asked.store_id, "due": self._moment})
        return True

    def _line(self, one: _Held, outcome: Outcome, why: str) -> None:
        row, one.over = one.row, True
        self.lines.append(Line(self._moment, row["kind"], row["channel"], row["recipient"], row["order_ref"], outcome, why, row["event_id"]))

    def _untrue(self, one: _Held) -> str:
        row = one.row
        if row["order_id"] is None:
            return ""
        parcel = (row["parcel_id"] or 0, row["channel"])
        told = self._record.told[parcel] | self._told[parcel] if row["parcel_id"] else set()
        last = self._told_of_order.get((row["order_id"], row["channel"], row["kind"]))
        if not row["parcel_id"] and last is not None and last >= row["made_at"]:
            told = {row["kind"]}
        return untrue_then(row["kind"], row["parcel_id"], row["made_at"], self.diary(row["order_id"]), told)

    # -- the answers as of this moment

    def now(self) -> datetime:
        """What time it is in the play."""
        return self._moment

    def policy(self, store_id: int | None, kind: str) -> Policy:
        """How the store tells of a kind in this play."""
        _ = store_id
        return self._asked.policies.get(kind) or policy_rules.policy_of(kind, {})

    def capped_kinds(self, store_id: int) -> Collection[str]:
        """The kinds that count towards the cap in this play."""
        _ = store_id
        return [kind for kind, policy in self._asked.policies.items() if policy.capped]

    def manners(self, store_id: int | None) -> MessageManners:
        """How politely the store writes in this play."""
        _ = store_id
        return self._asked.manners

    def order(self, order_id: int) -> Order:
        """An order as it is today; of an earlier portion, whose it is."""
        return self._record.orders.get(order_id) or cast(Order, self._record.whose[order_id])

    def diary(self, order_id: int) -> Sequence[Happened]:
        """What had happened to an order by then."""
        return [one for one in self._record.events[order_id] if one.at <= self._moment]

    def reader(self, store_id: int | None, email: str) -> Reader:
        """How a person reads today."""
        _ = store_id
        return self._record.readers.get(wishes.plain(email), Reader())

    def address(self, order: Order, channel: str) -> str:
        """Where an order's shopper gets messages of a channel."""
        if channel in ("email", "in-app"):
            return order.email.strip()
        return self.reader(order.store_id, order.email).phone if channel in wishes.PERSONAL else ""

    def suppressed(self, message: Message, *, marketing: bool) -> str:
        """Why the address was not written to then."""
        for one in self._record.stopped.get(wishes.plain(message.address), ()):
            stood = one.at <= self._moment and (one.lifted_at is None or one.lifted_at > self._moment) and (one.until is None or one.until > self._moment)
            fits = one.channel == message.channel and one.store_id in (None, message.store_id) and (marketing or one.scope != MARKETING)
            if stood and fits:
                return suppressions.said_of(one)
        return ""

    def look(self, message: Message, email: str, provider: str) -> OnRecord:
        """What is known was read before: all is looked at closely but what nobody ever said anything of."""
        _ = message, provider
        address = wishes.plain(email)
        return OnRecord({}, address in self._record.readers, address in self._record.choosers, suppression=True, breaker=False)

    def policy_on(self, kind: str, found: OnRecord) -> Policy:
        """How the store tells of a kind in this play."""
        _ = found
        return self.policy(None, kind)

    def refuses(self, message: Message, known: Reader) -> str:
        """Why the reader does not want it, by what they say today."""
        key = (message.address, message.kind, message.channel)
        if key not in self._record.refusals:
            self._record.refusals[key] = super().refuses(message, known)
        return self._record.refusals[key]

    def take_turn(self, message: Message) -> None:
        """Nobody else sends in a rehearsal."""

    def when_told(self, message: Message, kinds: Collection[str], since: datetime) -> list[datetime]:
        """When messages of these kinds went to its address: before the span what really went, in it what this play sent."""
        return [at for at, kind in self._heard(message) if kind in kinds and at > since]

    def heard_last(self, message: Message, kinds: Collection[str]) -> datetime | None:
        """When its reader heard last of another one of these kinds, the same way."""
        return max((at for at, kind in self._heard(message) if kind in kinds and kind != message.kind), default=None)

    def _heard(self, message: Message) -> Iterator[tuple[datetime, str]]:
        reader = (message.channel, message.address)
        if reader not in self._record.capped:
            longest = self._record.begin - timedelta(days=90)
            self._record.capped[reader] = queries.went_before(self.session, self._asked.store_id, *reader, longest, self._record.begin)
        yield from self._record.capped[reader]
        yield from self._went[reader]

    def told_of_parcel(self, parcel_id: int, channel: str) -> bool:
        """Whether the shopper was told that a parcel is on its way: really before the span, or in this play."""
        return "shipped" in self._record.told[parcel_id, channel] | self._told[parcel_id, channel]

    def withdrawn(self, order_id: int, kind: str) -> int:
        """How many were withdrawn as their stock was taken back: before the span, and in this play."""
        return self._record.withdrawn[order_id, kind] + self._withdrawn[order_id, kind]


def present(session: Session, store_id: int) -> tuple[dict[str, Policy], MessageManners]:
    """The policies and manners of a store as they stand, to be changed for a rehearsal."""
    return policies.all_of(session, store_id), policies.manners(session, store_id)
