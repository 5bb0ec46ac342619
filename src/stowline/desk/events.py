"""Facts of the desk: what its proofs found."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class InvariantBroke:
    """A proof found an invariant broken that held before; `first` is one of the `breaches`, as a sentence."""

    name: str
    breaches: int
    first: str


@dataclass(frozen=True, slots=True)
class InvariantHeldAgain:
    """A proof found an invariant whole that was broken `since` (ISO 8601, UTC)."""

    name: str
    since: str
