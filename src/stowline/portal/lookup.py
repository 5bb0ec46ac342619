"""Finding one's own order without its link: by its number and the e-mail or the postcode that it was placed with.

Whoever guesses learns nothing: a wrong number, a wrong proof and an order that nobody placed cost the same statements and
the same comparisons, and read the same. How often anybody may try is bounded by address and by number.
"""

import re

from sqlmodel import Session

from stowline.core import ids
from stowline.core.config import settings
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.portal import rules
from stowline.shipping import queries as shipping

_LINK = re.compile(r"([0-9]{1,18})-([0-9a-f]{32})", re.ASCII)
SLOTS = 20  # comparisons at each look-up, however many stores have an order of this number


def own(session: Session, number: str, proof: str, store_id: int | None) -> list[Order]:
    """The orders of this number that were placed with this e-mail or postcode; several where stores share both."""
    rows: list[Order | None] = [*orders.numbered(session, rules.numbers(number), store_id, SLOTS)]
    rows += [None] * (SLOTS - len(rows))
    typed = [_sealed(form) for form in rules.proofs(proof, proof)]
    return [row for row, fits in [(row, _fits(row, typed)) for row in rows] if row is not None and fits]


def _fits(row: Order | None, typed: list[str]) -> bool:
    """Whether one of the two proofs is right; both are compared whatever the first one says."""
    known = rules.proofs(row.email if row else "", row.postcode if row else "")
    fits = [ids.same(left, _sealed(right)) & bool(right) for left, right in zip(typed, known, strict=True)]
    return fits[0] | fits[1]


def _sealed(text: str) -> str:
    """Of one length, whatever the text: comparing it tells nothing of how much was right."""
    return ids.signature(settings().key(), "proof", text)


def parcel_of(session: Session, number: str) -> int | None:
    """The parcel with this tracking number, its carrier's own or ours."""
    return shipping.tracked(session, number) if number else None


def linked(link: str) -> int | None:
    """The order a link was signed for; None for any other text. Compared in constant time."""
    found = _LINK.fullmatch(link)
    if found is None:
        return None
    wanted = ids.signature(settings().key(), "track", str(int(found[1])))
    return int(found[1]) if ids.same(found[2], wanted) and found[1] == str(int(found[1])) else None
