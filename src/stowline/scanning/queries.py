"""Reads of scanning: what a code means, who holds a task, what was scanned."""

from collections.abc import Iterable, Sequence

from sqlmodel import Session, col, select

from stowline.core import clock
from stowline.core.hot import Hot
from stowline.people import queries as people
from stowline.scanning.codes import Reading
from stowline.scanning.models import Lease, Scan, Step
from stowline.scanning.rules import Seen

# One statement, two index look-ups: products by any code on them, and everything that carries a printed code.
_MEANINGS = Hot(
    "SELECT 'product' AS kind, b.product_id AS ref, p.name AS label, b.shown AS code, p.sku AS sku,"
    " b.quantity AS units, b.kind AS how, p.lots, p.serials, p.expires,"
    " EXISTS (SELECT 1 FROM kit_part k WHERE k.kit_id = p.id) AS kit"
    " FROM barcode b JOIN product p ON p.id = b.product_id WHERE b.code IN (:a, :b, :c)"
    " UNION ALL SELECT kind, ref, label, code, '', 1, '', FALSE, FALSE, FALSE, FALSE"
    " FROM printed_code WHERE code IN (:a, :b, :c)"
)


def meanings(session: Session, reading: Reading) -> tuple[Seen, ...]:
    """Everything a code may mean, each once."""
    codes = list(reading.candidates[:3])
    a, b, c = codes[0], codes[1 if len(codes) > 1 else 0], codes[-1]
    rows = _MEANINGS.all(session, a=a, b=b, c=c)
    if not rows:
        return _badge(session, reading.raw)
    found: dict[tuple[str, int, int], Seen] = {}
    for row in rows:
        kind, ref, _, _, _, units, *_ = row
        found.setdefault((kind, ref, units), Seen(*row))
    return tuple(found.values())


def _badge(session: Session, code: str) -> tuple[Seen, ...]:
    person = people.by_badge(session, code)
    return (Seen("badge", person.id, person.name, code),) if person is not None and person.id else ()


def holder_of(session: Session, task: str) -> Lease | None:
    """The live lease on a task, if there is one."""
    return session.exec(select(Lease).where(Lease.task == task, Lease.until > clock.now())).one_or_none()


def leases(session: Session, tasks: Iterable[str]) -> dict[str, Lease]:
    """The live leases on these tasks."""
    names = list(tasks)
    query = select(Lease).where(col(Lease.task).in_(names), Lease.until > clock.now())
    return {lease.task: lease for lease in session.exec(query)}


def scans(session: Session, scan_ids: Sequence[str]) -> dict[str, Scan]:
    """Scans by their ids, for timelines."""
    if not scan_ids:
        return {}
    return {s.scan_id: s for s in session.exec(select(Scan).where(col(Scan.scan_id).in_(list(scan_ids)[:1000])))}


def leases_of(session: Session, holder: str) -> list[Lease]:
    """The live leases of a holder, the one that lasts longest first."""
    query = select(Lease).where(Lease.holder == holder, Lease.until > clock.now())
    return list(session.exec(query.order_by(col(Lease.until).desc()).limit(10)))


def begun_by(session: Session, holder: str) -> list[str]:
    """The tasks that a holder stands in the middle of, the last one first."""
    query = select(Step.task).where(Step.holder == holder)
    return list(session.exec(query.order_by(col(Step.at).desc()).limit(10)))
