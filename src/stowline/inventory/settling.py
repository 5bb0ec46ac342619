"""What managers and undo do with counts: ask for one, order and cancel what was asked, decide between numbers, take a
finished count back.
"""

from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core import author, clock, outbox
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.inventory import closing, counts, posting, queries, service, sheets, tally
from stowline.inventory.events import CountRequested
from stowline.inventory.models import CountRequest, Location
from stowline.inventory.sheets import CountEntry, CountPlan, CountSheet
from stowline.people.somebody import Somebody


def ask(session: Session, bin_: Location, why: str, *, kind: str = "hand", product_id: int | None = None) -> CountRequest:
    """Have somebody count a bin: the open request for it, made if there is none. Raises Refused for a bin that is not
    counted, or without a reason.
    """
    counts.refuse_kind(bin_)
    if not why.strip():
        raise Refused("Say why the bin is to be counted.", where="why")
    known = _open(session, bin_.id or 0, product_id)
    if known is None:
        _insert(session, bin_, why.strip(), kind, product_id)
        known = _open(session, bin_.id or 0, product_id)
        sku = queries.sku(session, product_id) if product_id else ""
        outbox.record(session, CountRequested(bin=bin_.code, sku=sku, why=why.strip()[:200]))
    assert known is not None
    if tally.PRIORITY[kind] < known.priority:
        known.priority, known.kind, known.why = tally.PRIORITY[kind], kind, why.strip()[:200]
        known.who = author.current().who
        session.add(known)
        session.flush()
    return known


def _insert(session: Session, bin_: Location, why: str, kind: str, product_id: int | None) -> None:
    """A twin made at the same moment is as good."""
    rows = {"l": bin_.id, "p": product_id, "w": why[:200], "at": clock.now(), "k": kind, "u": tally.PRIORITY[kind],
            "by": author.current().who}
    session.execute(_ASK, rows)


_ASK = sa.text(
    "INSERT INTO count_request (location_id, product_id, why, at, kind, priority, who)"
    " VALUES (:l, :p, :w, :at, :k, :u, :by) ON CONFLICT DO NOTHING"
).bindparams(sa.bindparam("at", type_=CountRequest.__table__.c.at.type))  # type: ignore[attr-defined]


def _open(session: Session, location_id: int, product_id: int | None) -> CountRequest | None:
    query = select(CountRequest).where(CountRequest.location_id == location_id, col(CountRequest.done_at).is_(None),
                                       CountRequest.product_id == product_id, CountRequest.lot == "", CountRequest.serial == "")
    return session.exec(query).one_or_none()


def request(session: Session, request_id: int) -> CountRequest:
    """An open request, locked. Raises NotFound, or Conflict if it is settled."""
    found = session.exec(select(CountRequest).where(CountRequest.id == request_id).with_for_update()).one_or_none()
    if found is None:
        raise NotFound("There is no such count.")
    if found.done_at is not None:
        raise Conflict("This count is settled already.")
    return found


def set_priority(session: Session, request_id: int, priority: int) -> None:
    """Say how soon it is to be counted: 1 comes first, 9 last. Raises Refused for any other number."""
    if not tally.FIRST <= priority <= tally.LAST:
        raise Refused(f"The priority is a whole number from {tally.FIRST} to {tally.LAST}.", where="priority")
    found = request(session, request_id)
    found.priority = priority
    session.add(found)
    session.flush()


def cancel(session: Session, request_id: int, who: str) -> None:
    """Nobody needs to count this after all. Raises Refused where units are missing, or numbers stand against each other."""
    found = request(session, request_id)
    if found.missing:
        raise Refused(f"{found.missing} units are missing there and on hold: only a count can say whether they exist.")
    if found.round > 1:
        raise Refused("Somebody counted this already and found another number. Decide on it instead.")
    found.done_at, found.ended_by = clock.now(), who[:120]
    session.add(found)
    session.flush()


def decide(session: Session, request_id: int, difference: int, who: Somebody, seen: str = "") -> None:
    """Say which difference is right, and post it. `seen` are the differences that were told ("-20,-18"). Raises Refused
    for one of those who counted, Conflict where the goods are gone by now, or the books were corrected since.
    """
    asked = session.exec(select(CountRequest).where(CountRequest.id == request_id)).one_or_none()
    if asked is not None and asked.product_id:
        service.lock_levels(session, [asked.product_id])
    asked = request(session, request_id)
    numbers = closing.disputed(session, asked)
    if not numbers:
        raise Conflict("Nobody has counted this yet. Count it first.")
    if seen and seen != told(one.difference for one in numbers):
        raise Conflict("The books were corrected since you looked. Look at the differences again.")
    by = [session.exec(select(CountSheet).where(CountSheet.id == one.sheet_id)).one() for one in numbers]
    if any(who.is_same(Somebody(sheet.holder, sheet.who)) for sheet in by):
        raise Refused("You counted this yourself, or somebody of your name did. Somebody else must decide.")
    chosen = next((n for n, one in enumerate(numbers) if one.difference == difference), len(numbers) - 1)
    _believe(session, numbers, chosen, by[chosen], difference, who.name)
    asked.done_at, asked.sheet_id, asked.ended_by = clock.now(), by[chosen].id, who.name[:120]
    session.add(asked)
    session.flush()


def told(differences: Iterable[int]) -> str:
    """Differences that stand against each other, as whoever decides sends them back."""
    return ",".join(str(one) for one in differences)


def _believe(
    session: Session, numbers: list[CountEntry], chosen: int, sheet: CountSheet, difference: int, who: str
) -> None:
    for n, one in enumerate(numbers):
        if n != chosen:
            one.state = sheets.CONFIRMED if one.difference == difference else sheets.OUTVOTED
            one.decided_by, one.decided_at = who[:120], clock.now()
            session.add(one)
    session.flush()
    if not posting.post(session, sheet, numbers[chosen], difference, who[:120]):
        raise Conflict("Fewer units are left than that difference says are gone. Have the bin counted again.")


# --- a finished count is taken back -----------------------------------------------------------------------------------


def take_back(session: Session, effect: dict[str, Any]) -> CountSheet:
    """The bin is being counted as before: what was posted is moved back, what was asked is withdrawn.

    Raises Conflict once anything else happened in that bin.
    """
    sheet_id = int(effect["sheet"])
    products = session.exec(select(CountEntry.product_id).where(CountEntry.sheet_id == sheet_id).distinct())
    service.lock_levels(session, list(products))
    sheet = session.exec(select(CountSheet).where(CountSheet.id == sheet_id).with_for_update()).one()
    _refuse_followed(session, sheet, effect)
    before = counts.look(session, sheet.location_id, sheet.base).moves
    posting.reverse(session, sheet)
    _reopen_requests(session, sheet, effect)
    _reopen_entries(session, sheet, effect)
    sheet.state, sheet.done_at, sheet.scan_id = sheets.OPEN, None, None
    _overlook(session, sheet, before)
    return sheet


def _overlook(session: Session, sheet: CountSheet, before: dict[counts.Key, int]) -> None:
    """The moves that posted this count and took it back are no moves of goods: they make no number worthless."""
    after = counts.look(session, sheet.location_id, sheet.base).moves
    ours = {key: 2 * (n - before.get(key, 0)) for key, n in after.items() if n != before.get(key, 0)}
    for row in counts.entries(session, sheet.id or 0):
        row.moves += ours.get((row.product_id, row.lot, row.serial), 0)
        session.add(row)
    sheet.begun, sheet.seen = (counts.with_more(text, ours) for text in (sheet.begun, sheet.seen))
    session.add(sheet)
    session.flush()


def _refuse_followed(session: Session, sheet: CountSheet, effect: dict[str, Any]) -> None:
    later = select(CountSheet.id).where(CountSheet.location_id == sheet.location_id, col(CountSheet.id) > sheet.id,
                                        CountSheet.state != sheets.LEFT)
    if sheet.state != sheets.DONE or session.exec(later.limit(1)).first() is not None:
        raise Conflict("Somebody counts this bin again already. Nothing was undone.")
    waiting = select(CountEntry.id).where(col(CountEntry.id).in_(effect["waiting"]), CountEntry.state == sheets.SECOND)
    if len(session.exec(waiting).all()) < len(effect["waiting"]):
        raise Conflict("A manager decided on this count already. Nothing was undone.")


def _reopen_requests(session: Session, sheet: CountSheet, effect: dict[str, Any]) -> None:
    for asked in session.exec(select(CountRequest).where(col(CountRequest.id).in_(effect["asked"]))):
        asked.done_at, asked.ended_by = asked.done_at or clock.now(), "undo"
        session.add(asked)
    for request_id, kind, round_, priority in effect["raised"]:
        raised = session.get_one(CountRequest, request_id)
        raised.kind, raised.round, raised.priority = kind, round_, priority
        session.add(raised)
    session.flush()
    for ended in session.exec(select(CountRequest).where(CountRequest.sheet_id == sheet.id)).all():
        twin = select(CountRequest.id).where(
            CountRequest.location_id == ended.location_id, CountRequest.product_id == ended.product_id,
            CountRequest.lot == ended.lot, CountRequest.serial == ended.serial, col(CountRequest.done_at).is_(None))  # fmt: skip
        if session.exec(twin).first() is not None:
            raise Conflict("Somebody asked for another count of this bin since. Nothing was undone: count it again.")
        ended.done_at, ended.sheet_id = None, None
        session.add(ended)
    session.flush()


def _reopen_entries(session: Session, sheet: CountSheet, effect: dict[str, Any]) -> None:
    for row in session.exec(select(CountEntry).where(CountEntry.sheet_id == sheet.id)).all():
        if not row.scans:
            session.delete(row)
            continue
        row.state, row.posted, row.by_sheet, row.request_id = sheets.COUNTED, 0, None, None
        session.add(row)
    for row in session.exec(select(CountEntry).where(col(CountEntry.id).in_(effect["settled"]))):
        row.state, row.by_sheet = sheets.SECOND, None
        session.add(row)
    session.flush()


# --- the plan ---------------------------------------------------------------------------------------------------------

LIMITS = {
    "a_days": (1, 3660), "b_days": (1, 3660), "c_days": (1, 3660), "a_share": (1, 99), "b_share": (0, 98),
    "per_day": (0, 10_000), "second_units": (0, 1_000_000), "second_percent": (0, 1000),
}  # fmt: skip


def plan(session: Session) -> CountPlan:
    """How bins are counted by plan, and when somebody else must count."""
    return session.exec(select(CountPlan)).one()


def set_plan(session: Session, numbers: dict[str, int], work_days: str, *, emptied: bool) -> None:
    """Change the plan; the next night follows it. Raises Refused for a number out of its bounds."""
    for name, (least, most) in LIMITS.items():
        if not least <= numbers[name] <= most:
            raise Refused(f"This is a whole number from {least:,} to {most:,}.", where=name)
    if numbers["a_share"] + numbers["b_share"] > 99:
        raise Refused("The shares of A and B together are at most 99 %: C is the rest.", where="b_share")
    if not work_days or set(work_days) - set("1234567"):
        raise Refused("Choose at least one day of the week.", where="work_days")
    row = session.exec(select(CountPlan).with_for_update()).one()
    for name in LIMITS:
        setattr(row, name, numbers[name])
    row.work_days, row.emptied = "".join(sorted(set(work_days))), emptied
    session.add(row)
    session.flush()
