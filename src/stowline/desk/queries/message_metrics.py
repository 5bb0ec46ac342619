"""How messages do, for managers: how many, where they stand, how long they take, what comes back."""

from collections import defaultdict
from datetime import timedelta
from typing import Any

import sqlalchemy as sa
from sqlmodel import Session

from stowline.core import clock
from stowline.desk import words
from stowline.notifications import alarms, metrics
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.metric_rules import quantile, quantile_of_buckets, told
from stowline.notifications.suppression_models import MailReport
from stowline.stores import queries as stores

Row = dict[str, Any]
SPANS = {"day": ("24 hours", 1), "week": ("7 days", 7), "month": ("30 days", 30)}
HEAD = ("kind", "channel", "state", "messages")
STATES = ("sent", "held", "skipped", "unknown", "dead")
REPORTS = {"hard": "Came back for good", "soft": "Came back for now", "complaint": "Complaints"}
ACT = {
    alarms.LATE: ("/messages/stuck", "Which provider rests, and what is stuck"), alarms.DEAD: ("/messages/stuck", "What is dead, to be sent again"),
    alarms.UNWRITTEN: ("/messages/stuck", "Which cannot be written and why"), alarms.ASKED: ("/support/contacts?view=where", "Who asked, to be answered"),
}  # fmt: skip
"""Where somebody can do something about an alarm."""
_r = MailReport.__table__.c  # type: ignore[attr-defined]


def volume(session: Session, span: str, store_id: int | None) -> metrics.Volume:
    """(kind, channel, state, messages): a day as it is now, longer spans from the sums by day."""
    if span == "day":
        return metrics.volume_since(session, clock.now() - timedelta(days=1), store_id)
    return metrics.volume_of_days(session, metrics.today() - timedelta(days=SPANS[span][1] - 1), store_id)


def view(session: Session, span: str, store: str) -> Row:
    """Everything the page draws. Raises NotFound for an unknown store."""
    store_id = stores.store_by_key(session, store).id if store else None
    rows = sheet(volume(session, span, store_id))
    return {
        "rows": rows, "took": _took(session, span, store_id), "rates": _rates(session, span, store_id, rows[-1] if rows else None),
        "alarms": [_alarm(one) for one in alarms.latest(session)], "summed": span != "day",
    }  # fmt: skip


def sheet(found: metrics.Volume) -> list[Row]:
    """The rows by kind, the most first, and after them their sum."""
    counted: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(STATES, 0))
    for kind, _, state, n in found:
        counted[kind]["held" if state == "sending" else state] += n
    rows = [_row(CATALOGUE[kind].title if kind in CATALOGUE else kind, kind, states) for kind, states in counted.items()]
    rows.sort(key=lambda row: (-row["n"], row["kind"]))
    total = {state: sum(states[state] for states in counted.values()) for state in STATES}
    return [*rows, _row("All", "", total)] if rows else []


def _row(title: str, kind: str, states: dict[str, int]) -> Row:
    n = sum(states.values())
    begins, parts = 0.0, []
    for state in STATES:
        wide = 100 * states[state] / n if n else 0.0
        parts.append({"state": state, "x": begins, "wide": wide})
        begins += wide
    return {"title": title, "kind": kind, "n": n, **states, "parts": [part for part in parts if part["wide"]]}


def _took(session: Session, span: str, store_id: int | None) -> Row:
    """From event to sent: half, nineteen of twenty, the longest, of how many."""
    if span == "day":
        times = [seconds for _, seconds in metrics.taken(session, clock.now() - timedelta(days=1), store_id=store_id)]
        return {"p50": told(quantile(times, 0.5)), "p95": told(quantile(times, 0.95)), "worst": told(max(times, default=None)), "n": len(times)}
    counted, worst = metrics.latency_of_days(session, metrics.today() - timedelta(days=SPANS[span][1] - 1), store_id)
    return {"p50": told(quantile_of_buckets(counted, 0.5)), "p95": told(quantile_of_buckets(counted, 0.95)), "worst": told(worst), "n": sum(counted.values())}


def _rates(session: Session, span: str, store_id: int | None, total: Row | None) -> list[Row]:
    """What came back and what is stuck, each with its share of the messages that were tried."""
    tried = sum(total[state] for state in ("sent", "unknown", "dead")) if total else 0
    query = sa.select(_r.kind, sa.func.count()).where(_r.at >= clock.now() - timedelta(days=SPANS[span][1])).group_by(_r.kind)
    if store_id is not None:
        query = query.where(_r.store_id == store_id)
    reported = {kind: int(n) for kind, n in session.execute(query)}
    counted = [*((word, reported.get(kind, 0)) for kind, word in REPORTS.items()),
               ("Dead", total["dead"] if total else 0), ("Not certain", total["unknown"] if total else 0)]  # fmt: skip
    return [{"word": word, "n": n, "share": f"{100 * n / tried:.2f} %" if tried else "", "bad": n > 0} for word, n in counted]


def _alarm(one: Any) -> Row:  # noqa: ANN401  (an alarm of messages)
    href, do = ACT.get(one.name, ACT[alarms.DEAD])
    return {"say": words.capital(one.say), "began_at": one.began_at, "ended_at": one.ended_at, "href": href, "do": do}


def standing(session: Session) -> list[Row]:
    """The alarms that stand, as banners say them."""
    return [_alarm(one) for one in alarms.standing(session)]
