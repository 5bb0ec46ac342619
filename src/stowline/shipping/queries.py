"""Reads of shipping."""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlmodel import Session, col, select

from stowline.core.errors import NotFound
from stowline.packing.models import Parcel
from stowline.shipping.models import Label, Manifest, ManifestParcel
from stowline.shipping.tracking_models import ParcelTrack

_m, _l, _p = ManifestParcel.__table__.c, Label.__table__.c, Parcel.__table__.c  # type: ignore[attr-defined]
_t = ParcelTrack.__table__.c  # type: ignore[attr-defined]


def live_label(session: Session, parcel_id: int) -> Label | None:
    """The label of a parcel."""
    return session.exec(select(Label).where(Label.parcel_id == parcel_id, col(Label.void_at).is_(None))).one_or_none()


def live_labels(session: Session, parcel_ids: Sequence[int]) -> dict[int, Label]:
    """Labels by parcel."""
    query = select(Label).where(col(Label.parcel_id).in_(list(parcel_ids)), col(Label.void_at).is_(None))
    return {label.parcel_id: label for label in session.exec(query)}


def tracked(session: Session, number: str) -> int | None:
    """The parcel that anybody may follow by this number: the one on its label, or another carrier's. No code of our own."""
    theirs = sa.select(_t.parcel_id).where(_t.number == number, _t.number != sa.literal_column("''"))  # the index's own words
    ours = sa.select(_l.parcel_id).where(_l.tracking == number, _l.void_at.is_(None))
    return next((found for way in (theirs, ours) if (found := session.execute(way.limit(1)).scalar_one_or_none()) is not None), None)


def by_ref(session: Session, ref: str) -> Manifest:
    """A manifest by its ref. Raises NotFound."""
    found = session.exec(select(Manifest).where(Manifest.ref == ref)).one_or_none()
    if found is None:
        raise NotFound(f"There is no manifest {ref}.", where="task")
    return found


def open_manifests(session: Session, *, after: int = 0, limit: int = 50) -> list[Manifest]:
    """Manifests that still take parcels."""
    query = select(Manifest).where(col(Manifest.closed_at).is_(None), col(Manifest.id) > after)
    return list(session.exec(query.order_by(col(Manifest.id)).limit(limit)))


def manifests(session: Session, *, before: int | None = None, limit: int = 50) -> list[Manifest]:
    """All manifests, newest first."""
    query = select(Manifest)
    if before is not None:
        query = query.where(col(Manifest.id) < before)
    return list(session.exec(query.order_by(col(Manifest.id).desc()).limit(limit)))


def parcels_on(session: Session, manifest_id: int) -> int:
    """How many parcels are on a manifest."""
    return int(session.execute(sa.select(sa.func.count()).where(_m.manifest_id == manifest_id)).scalar_one())


def parcels_of_manifest(session: Session, manifest_id: int, limit: int = 60) -> list[Parcel]:
    """The parcels on a manifest, last scanned first."""
    query = select(Parcel).join(ManifestParcel, _m.parcel_id == _p.id).where(_m.manifest_id == manifest_id)
    return list(session.exec(query.order_by(_m.at.desc()).limit(limit)))


def ready(session: Session, carrier: str, *, limit: int = 60) -> list[Parcel]:
    """Labelled parcels of a carrier that wait in the ship lane, oldest first."""
    query = select(Parcel).join(Label, _l.parcel_id == _p.id).where(
        Parcel.state == "labelled", Label.carrier == carrier, col(Label.void_at).is_(None)
    )
    return list(session.exec(query.order_by(col(Parcel.id)).limit(limit)))


def ready_counts(session: Session) -> dict[str, int]:
    """Labelled parcels that wait, by carrier."""
    query = (
        sa.select(_l.carrier, sa.func.count())
        .join(Parcel, _p.id == _l.parcel_id)
        .where(_p.state == "labelled", _l.void_at.is_(None))
        .group_by(_l.carrier)
    )
    return {carrier: int(n) for carrier, n in session.execute(query)}


def manifest_of(session: Session, parcel_id: int) -> Manifest | None:
    """The manifest a parcel is on."""
    query = select(Manifest).join(ManifestParcel, _m.manifest_id == Manifest.__table__.c.id).where(_m.parcel_id == parcel_id)  # type: ignore[attr-defined]
    return session.exec(query).one_or_none()
