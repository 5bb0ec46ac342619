"""The calendar of what a store says to many, as managers see it: a month, a list, one entry with what came of it."""

import calendar
import itertools
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlmodel import Session, select

from stowline.core import clock
from stowline.desk import words
from stowline.desk.queries.keyset import Key, Page, Place, ordered, walk
from stowline.notifications import calendar_queries as reads
from stowline.notifications import calendar_rules as rules
from stowline.notifications import communication, facts
from stowline.notifications.calendar_models import CalendarEntry
from stowline.notifications.render import Rendered, RenderFailed, render, sample
from stowline.notifications.run_rules import paragraphs
from stowline.notifications.sequence_rules import AWAY, BASKET, GETTING_READY
from stowline.stores.queries import Store

_e = CalendarEntry.__table__.c  # type: ignore[attr-defined]
COLOURS = {"draft": "", "planned": "warn", "going": "go", "done": "ok", "stopped": "done"}
SEQUENCES = {GETTING_READY: "Getting ready", AWAY: "We miss you", BASKET: "Left in the basket"}
VIEWS = {"month": "Month", "list": "List"}
Row = dict[str, Any]


def zone(store: Store) -> ZoneInfo:
    """The store's clock."""
    try:
        return ZoneInfo(store.time_zone)
    except (KeyError, ValueError, OSError):
        return ZoneInfo("UTC")


def today(store: Store) -> date:
    """What day it is at the store."""
    return clock.now().astimezone(zone(store)).date()


def month(session: Session, store: Store, first: date) -> list[list[Row]]:
    """The weeks that a month touches, Monday first: each day with its entries and how many steps of sequences are due."""
    days = [day for week in calendar.Calendar().monthdatescalendar(first.year, first.month) for day in week]
    moments = [datetime.combine(day, time(), zone(store)).astimezone(UTC) for day in [*days, days[-1] + timedelta(days=1)]]
    spans = list(itertools.pairwise(moments))
    steps = reads.due_steps(session, store.id or 0, spans)
    found: dict[date, list[Row]] = {day: [] for day in days}
    for one in reads.between(session, store.id or 0, moments[0], moments[-1]):
        found[one.at.astimezone(zone(store)).date()].append(row(store, one))
    cells = [{"iso": day.isoformat(), "n": f"{day.day}" if day.month == first.month else f"{day.day} {day:%b}", "name": f"{day:%A} {day.day} {day:%B}", "today": day == today(store),
              "ahead": day >= today(store), "entries": found[day], "steps": [{"say": SEQUENCES.get(name, name), "n": n} for name, n in due.items()]}
             for day, due in zip(days, steps, strict=True)]  # fmt: skip
    return [cells[n : n + 7] for n in range(0, len(cells), 7)]


def page(session: Session, store: Store, place: Place) -> Page[CalendarEntry]:
    """Entries of a store, the latest day first."""
    query = select(CalendarEntry).where(_e.store_id == store.id)

    def fetch(after: Key | None, backwards: bool, most: int) -> Sequence[CalendarEntry]:  # noqa: FBT001
        return list(session.execute(ordered(query, [_e.at, _e.id], after, descending=not backwards, most=most)).scalars())

    return walk(place, fetch, lambda one: (one.at, one.id or 0))


def row(store: Store, one: CalendarEntry) -> Row:
    """An entry as the calendar and the list show it."""
    local = one.at.astimezone(zone(store))
    return {
        "id": one.id, "mark": communication.mark(one), "kind": rules.KINDS.get(one.kind, one.kind), "headline": one.headline, "state": one.state, "colour": COLOURS[one.state],
        "hour": f"{local:%H:%M}", "when": f"{local:%a} {local.day} {local:%b %Y, %H:%M}", "zone": zone(store).key, "whom": whom_says(one), "said": one.said,
        "per_minute": one.per_minute, "why": words.capital(one.why) if one.why else "", "split": one.share_b, "made_by": one.made_by, "made_at": one.made_at,
        "started_at": one.started_at, "ended_at": one.ended_at, "open": one.state in ("draft", "planned"),
    }  # fmt: skip


def whom_says(one: CalendarEntry) -> str:
    """Whom it is for, in words."""
    days = one.whom.get("days")
    said = {"recent": f"who ordered in the last {days} days", "away": f"who has not ordered for {days} days"}.get(one.whom.get("who", ""), "everybody")
    return ("everybody who agreed to such mail" if said == "everybody" else f"{said} and agreed to such mail") + (f", tagged {one.whom['tag']}" if one.whom.get("tag") else "")


def typed(store: Store, one: CalendarEntry) -> dict[str, str]:
    """An entry as its form shows it."""
    local = one.at.astimezone(zone(store))
    return {"kind": one.kind, "day": f"{local:%Y-%m-%d}", "hour": f"{local:%H:%M}", "headline": one.headline, "body": one.body, "headline_b": one.headline_b,
            "body_b": one.body_b, "share_b": str(one.share_b), "who": one.whom.get("who", ""), "days": str(one.whom.get("days") or ""), "tag": one.whom.get("tag", ""),
            "per_minute": str(one.per_minute)}  # fmt: skip


def mails(store: Store, one: CalendarEntry) -> tuple[list[Row], str]:
    """How it reads: [{"name", "subject", "html", "short"}], one of each text; and why it cannot be shown."""
    texts = [("The text", one.headline, one.body)] + ([("The other text", one.headline_b, one.body_b)] if one.share_b else [])
    try:
        return [{"name": name, **_shown(_rendered(store, one.kind, headline, body))} for name, headline, body in texts], ""
    except RenderFailed as why:
        return [], str(why)


def _shown(mail: Rendered) -> Row:
    return {"subject": mail.subject, "html": mail.html, "short": mail.short}


def _rendered(store: Store, kind: str, headline: str, body: str) -> Rendered:
    own = {"news": " ".join(paragraphs(body))} if kind == "win-back" else {"headline": headline, "texts": paragraphs(body) or [headline]}
    return render(kind, locale=store.locale, brand=facts.brand(store), data=sample(kind) | {"status_url": store.url} | own)


def report(session: Session, one: CalendarEntry) -> Row:
    """What came of each text, and what may be concluded of the two."""
    came = {found.variant: found for found in reads.came(session, one.id or 0)}
    none = reads.Came("", 0, 0, 0, 0, 0)
    a, b = came.get("a", none), came.get("b", none)
    rows = [{"name": name, "turns": found.turns, "went": found.went, "ordered": found.ordered, "replied": found.replied, "left": found.left}
            for name, found in (("The text", a), ("The other text", b)) if name == "The text" or one.share_b]  # fmt: skip
    claims = [rules.claim(say, getattr(a, name), a.went, getattr(b, name), b.went) for name, say in rules.OUTCOMES.items()] if one.share_b else []
    return {"rows": rows, "claims": claims, "days": rules.COUNT_DAYS}
