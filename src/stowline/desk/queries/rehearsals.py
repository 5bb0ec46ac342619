"""Rehearsals as managers see them: what is changed for one, what it says, sums, a page of its lines, its spreadsheet."""

import threading
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import chain
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, Struct, UnsetType
from sqlmodel import Session

from stowline.core import clock
from stowline.core.config import settings
from stowline.core.errors import BadRequest, NotFound, Refused
from stowline.desk.queries import diary, store_messages
from stowline.desk.queries.keyset import Key, Page, Place, walk
from stowline.notifications import policies, policy_rules, politeness, presets, rehearsal_rules, rehearsals
from stowline.notifications.catalogue import CATALOGUE, GROUPS
from stowline.notifications.policy_models import MessageManners
from stowline.notifications.policy_rules import Policy
from stowline.notifications.rehearsal_rules import Line, Outcome
from stowline.notifications.rehearsals import Asked, Rehearsal
from stowline.stores import queries as stores
from stowline.stores.queries import Store

REHEARSED = frozenset(chain(*policy_rules.EVENTS.values(), *policy_rules.MILESTONES.values(), ("delay-apology", "good-news")))
"""The kinds that what happens to orders may owe. The others come from elsewhere, and are not rehearsed."""
SHOWN = {"": "All", "differs": "What differs", "goes": "What goes", "skipped": "What does not go", "none": "What is not owed any more"}
DAYS = {"1": "1 day", "2": "2 days", "3": "3 days", "7": "7 days"}
LONGEST_CHANGE = 12_000
HEAD = ("at", "kind", "channel", "recipient", "order", "outcome", "why", "really", "really_at", "really_why")
Row = dict[str, Any]


# -- what is changed -------------------------------------------------------------------------------------------------


class _Conditions(Struct, forbid_unknown_fields=True):
    least_minor: int | UnsetType | None = UNSET
    countries: list[str] | UnsetType = UNSET
    tags: list[str] | UnsetType = UNSET
    not_tags: list[str] | UnsetType = UNSET
    first_order: bool | UnsetType | None = UNSET


class _Said(Struct, forbid_unknown_fields=True):
    """A policy as policy_rules.told writes it."""

    on: bool | UnsetType = UNSET
    channels: list[str] | UnsetType = UNSET
    delay_s: int | UnsetType = UNSET
    grace_s: int | UnsetType | None = UNSET
    expires_s: int | UnsetType = UNSET
    capped: bool | UnsetType = UNSET
    quiet: bool | UnsetType = UNSET
    urgent: bool | UnsetType = UNSET
    conditions: _Conditions | UnsetType = UNSET


class _Manners(Struct, forbid_unknown_fields=True):
    quiet_from: int | None
    quiet_to: int | None
    cap: int
    cap_days: int
    digest: bool


class _Kept(Struct, forbid_unknown_fields=True):
    kinds: dict[str, _Said] = {}
    manners: _Manners | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is otherwise in a rehearsal than in the store: policies by kind, and manners (None: as they stand)."""

    kinds: Mapping[str, Policy] = field(default_factory=dict)
    manners: MessageManners | None = None

    def text(self) -> str:
        """As the address of the page carries it; '' for none."""
        kept: Row = {}
        if self.kinds:
            kept["kinds"] = {kind: policy_rules.told(kind, policy) for kind, policy in sorted(self.kinds.items())}
        if self.manners is not None:
            kept["manners"] = self.manners.model_dump(exclude={"store_id"})
        return msgspec.json.encode(kept).decode() if kept else ""


def changes(text: str, store_id: int) -> Changes:
    """What the address of the page says. Raises BadRequest for what no page of ours wrote."""
    if not text:
        return Changes()
    try:
        said = msgspec.json.decode(text[: LONGEST_CHANGE + 1], type=_Kept)
        kinds = {kind: policies.checked(policy_rules.policy_of(kind, msgspec.to_builtins(one))) for kind, one in said.kinds.items()}
        manners = policies.checked_manners(store_id, **msgspec.structs.asdict(said.manners)) if said.manners else None
    except (msgspec.MsgspecError, Refused) as why:
        raise BadRequest("These changes cannot be read. Begin again with the policies as they stand.", where="changed") from why
    if not kinds.keys() <= REHEARSED:
        raise BadRequest("These changes name a kind that is not rehearsed.", where="changed")
    return Changes(kinds, manners)


def known(kind: str) -> str:
    """A kind that can be rehearsed. Raises NotFound."""
    if kind not in REHEARSED:
        raise NotFound(f"There is no message named {kind[:40]} that could be rehearsed.", where="kind")
    return kind


def of_preset(session: Session, store: Store, name: str) -> Changes:
    """What a preset would change. Raises NotFound for an unknown one."""
    standing = policies.all_of(session, store.id or 0)
    made = {one.kind: one.on for one in presets.changes(standing, name) if one.kind in REHEARSED}
    return Changes({kind: replace(standing[kind], on=on, channels=standing[kind].channels or ("email",)) for kind, on in made.items()})


# -- when ------------------------------------------------------------------------------------------------------------


def today(store: Store) -> date:
    """The day in the store's zone."""
    return clock.now().astimezone(_zone(store)).date()


def span(store: Store, day: date, days: int) -> tuple[datetime, datetime]:
    """From the beginning of a day in the store's zone to the end of the last one, or until now."""
    begin, end = (datetime.combine(day + timedelta(days=n), time(), _zone(store)).astimezone(UTC) for n in (0, days))
    return begin, min(end, max(begin, clock.now()))


def _zone(store: Store) -> ZoneInfo:
    return politeness.zone_of(store.time_zone)[0]


# -- what it says ----------------------------------------------------------------------------------------------------

_kept: dict[tuple[Any, ...], tuple[datetime, Rehearsal]] = {}
_one_at_a_time = threading.Lock()
KEPT_FOR, MOST_KEPT, PATIENCE_S = timedelta(minutes=2), 2, 10.0


def rehearse(session: Session, store: Store, begin: datetime, end: datetime, changed: Changes) -> Rehearsal:
    """The rehearsal, kept for two minutes so that its pages and its spreadsheet say the same. One at a time in a process; who
    waits too long for another one is refused, so that no crowd of them holds up all other pages.
    """
    standing, manners = rehearsals.present(session, store.id or 0)
    asked = Asked(store.id or 0, begin, end, standing | dict(changed.kinds), changed.manners or manners)
    stands = repr((sorted(standing.items()), manners.model_dump()))
    key = (settings().database(), store.id, begin, end.replace(second=0, microsecond=0), changed.text(), stands)
    if not _one_at_a_time.acquire(timeout=PATIENCE_S):
        raise Refused("Somebody else's rehearsal is under way. Try again in a minute.", code="busy", status=503)
    try:
        for old in [one for one, (at, _) in _kept.items() if not timedelta() <= clock.now() - at <= KEPT_FOR]:
            del _kept[old]
        if key not in _kept:
            while len(_kept) >= MOST_KEPT:
                _kept.pop(next(iter(_kept)))
            _kept[key] = (clock.now(), rehearsals.rehearse(asked))
        return _kept[key][1]
    finally:
        _one_at_a_time.release()


def forget() -> None:
    """Keep none."""
    _kept.clear()


def sums(found: Rehearsal) -> list[Row]:
    """How many of each kind and channel really went, go now and go as changed."""
    order = {kind: n for n, kind in enumerate(CATALOGUE)}
    return [{**asdict(one), "more": one.more, "title": CATALOGUE[one.kind].title, "channel": diary.CHANNELS.get(one.channel, one.channel)} for one in rehearsal_rules.sums(found.changed, found.now, order)]


def filtered(found: Rehearsal, *, shown: str, kind: str, channel: str, text: str) -> list[Line]:
    """The lines that a manager asks for; text is an order or an address."""
    wanted = text.casefold()
    return [one for one in found.changed if _shows(one, shown) and kind in ("", one.kind) and channel in ("", one.channel)
            and (wanted in one.order_ref.casefold() or wanted in one.recipient.casefold())]  # fmt: skip


def _shows(one: Line, shown: str) -> bool:
    return {"": True, "differs": one.differs, "goes": one.goes, "skipped": one.outcome is Outcome.SKIPPED, "none": one.outcome is Outcome.NOT_OWED}[shown]


def _key(line: Line) -> Key:
    return line.at, line.event_id, line.kind, line.channel


def page(lines: Sequence[Line], place: Place) -> Page[Line]:
    """A page of lines, by when they go."""

    def fetch(after: Key | None, backwards: bool, most: int) -> list[Line]:  # noqa: FBT001
        if backwards:
            return [one for one in reversed(lines) if after is None or _key(one) < after][:most]
        return [one for one in lines if after is None or _key(one) > after][:most]

    return walk(place, fetch, _key)


def rows(lines: Sequence[Line]) -> list[Row]:
    """The rows of the sheet."""
    return [
        {"at": one.at, "kind": one.kind, "title": CATALOGUE[one.kind].title, "channel": diary.CHANNELS.get(one.channel, one.channel), "to": one.recipient or "nobody", "ref": one.order_ref,
         "goes": one.goes, "outcome": str(one.outcome), "why": one.why, "really": one.really, "really_why": one.really_why, "really_at": one.really_at,
         "differs": one.differs, "not_owed": one.outcome is Outcome.NOT_OWED}
        for one in lines
    ]  # fmt: skip


def exported(lines: Sequence[Line]) -> Iterator[list[tuple[Any, ...]]]:
    """Rows for a spreadsheet, in portions."""
    for n in range(0, max(len(lines), 1), 500):
        yield [(one.at.isoformat(), one.kind, one.channel, one.recipient, one.order_ref, str(one.outcome), one.why, one.really,
                one.really_at.isoformat() if one.really_at else "", one.really_why) for one in lines[n : n + 500]]  # fmt: skip


def kinds(store: Store, standing: Mapping[str, Policy], changed: Changes) -> list[tuple[str, list[Row]]]:
    """Every kind that is rehearsed, as it is in the rehearsal, by group."""
    found = [store_messages.row(store, kind, changed.kinds.get(kind, policy), otherwise=kind in changed.kinds) for kind, policy in standing.items() if kind in REHEARSED]
    return [(group, mine) for group in GROUPS if (mine := [one for one in found if one["group"] == group])]


def standing(session: Session, store: Store) -> dict[str, Policy]:
    """A store's policies."""
    return policies.all_of(session, store.id or 0)


def found_store(session: Session, key: str) -> Store:
    """The store that is asked for, else the first. Raises NotFound where there is none."""
    if key:
        return stores.store_by_key(session, key)
    every = stores.all_stores(session)
    if not every:
        raise NotFound("There is no store yet.", where="store")
    return every[0]
