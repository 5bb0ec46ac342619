"""The reasons that adjustments may have: what is offered, and how a manager changes them."""

import re

from sqlmodel import Session, col, select

from stowline.core import author
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.inventory.adjustment_models import AdjustReason
from stowline.people import service as people

DIRECTIONS = {"in": "in", "out": "out", "either": "in or out"}
GOES_TO = {"adjustment": "out of the books", "scrap": "scrap", "damaged": "stays in the bin, as damaged"}
MOST = 100
MOST_UNITS = 1_000_000
_CODE = re.compile(r"[a-z0-9][a-z0-9-]{0,19}")


def known(session: Session) -> list[AdjustReason]:
    """Every reason, those that are offered first."""
    return list(session.exec(select(AdjustReason).order_by(col(AdjustReason.active).desc(), col(AdjustReason.id)).limit(MOST)))


def offered(session: Session, *goes_to: str) -> list[AdjustReason]:
    """The reasons to choose from (those by which units go there)."""
    return [one for one in known(session) if one.active and (not goes_to or one.goes_to in goes_to)]


def by_code(session: Session, code: str) -> AdjustReason:
    """A reason by its code. Raises NotFound."""
    found = session.exec(select(AdjustReason).where(AdjustReason.code == code)).one_or_none()
    if found is None:
        raise NotFound(f"There is no reason {code[:40]}.", where="code")
    return found


def add(session: Session, code: str, **said: object) -> AdjustReason:
    """A new reason; `said` as for `change`. Raises Conflict for a code that is taken, Refused for what cannot be."""
    if not _CODE.fullmatch(code):
        raise Refused("A code is 1 to 20 small letters, digits and hyphens, such as own-use.", where="code")
    rows = known(session)
    if any(one.code == code for one in rows):
        raise Conflict(f"There is a reason {code} already. Change it, or take another code.", where="code")
    if len(rows) >= MOST:
        raise Refused(f"There are {MOST} reasons already. Change one of them.", where="code")
    row = AdjustReason(code=code, label=code, direction="out", goes_to="adjustment")
    return _keep(session, row, **said)  # type: ignore[arg-type]


def change(
    session: Session, code: str, *, label: str, direction: str, goes_to: str, approve_above: int | None, active: bool
) -> AdjustReason:
    """Change a reason for adjustments from now on; what waits keeps where its units were to go. Raises NotFound, Refused."""
    return _keep(session, by_code(session, code), label=label, direction=direction, goes_to=goes_to,
                 approve_above=approve_above, active=active)  # fmt: skip


def _keep(
    session: Session, row: AdjustReason, *, label: str, direction: str, goes_to: str, approve_above: int | None, active: bool
) -> AdjustReason:
    if not label or len(label) > 60:
        raise Refused("A reason needs a label of at most 60 characters.", where="label")
    if direction not in DIRECTIONS:
        raise Refused("Units go in, out, or either.", where="direction")
    if goes_to not in GOES_TO:
        raise Refused("Units go to adjustment, scrap, or stay as damaged.", where="goes_to")
    if goes_to != "adjustment" and direction != "out":
        raise Refused("Only units that go out can be scrapped or set aside as damaged. Choose “out”.", where="direction")
    if approve_above is not None and not 0 <= approve_above <= MOST_UNITS:
        raise Refused(f"The limit is a whole number from 0 to {MOST_UNITS:,}, or empty.", where="approve_above")
    row.label, row.direction, row.goes_to, row.approve_above, row.active = label, direction, goes_to, approve_above, active
    session.add(row)
    session.flush()
    limit = "no approval" if approve_above is None else f"approval above {approve_above:,}"
    people.note(session, author.current().who, "Adjustment reason", f"{row.code}: {label}, {direction}, to {goes_to}, {limit}")
    return row
