"""Facts of shipping."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LabelMade:
    """A parcel got its label. This ships nothing."""

    order_id: int
    parcel: str
    carrier: str
    tracking: str


@dataclass(frozen=True, slots=True)
class ParcelHandedOver:
    """A parcel was handed to its carrier, by scan: it is shipped. `time` counts handovers of this parcel, from 1."""

    order_id: int
    parcel_id: int
    parcel: str
    carrier: str
    tracking: str
    manifest: str
    units: int
    time: int


@dataclass(frozen=True, slots=True)
class HandoverUndone:
    """A handover was a mis-scan: the parcel stands in the ship lane."""

    order_id: int
    parcel_id: int
    parcel: str


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Told at once: a parcel is about to be taken back from its carrier; whoever knows that it came may refuse (Conflict).
    `lines`: (order line, units). Levels and order are locked.
    """

    order_id: int
    parcel: str
    lines: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class ManifestClosed:
    """The carrier took the parcels of a manifest."""

    manifest: str
    carrier: str
    parcels: int


@dataclass(frozen=True, slots=True)
class MilestoneReached:
    """A carrier says that a parcel came so far, for the first time. `milestone` is a code of the contract (`in_transit` to
    `returned_to_sender`), `at` when it was reached (RFC 3339), `place` and `say` the carrier's words, each may be empty.
    """

    order_id: int
    parcel_id: int
    parcel: str
    milestone: str
    at: str
    place: str
    say: str


@dataclass(frozen=True, slots=True)
class TrackingNumberNoted:
    """A parcel goes with another carrier, under this number."""

    order_id: int
    parcel: str
    carrier: str
    tracking: str
