"""What an order sells and what is picked for it: a kit is taken apart when the order is placed, and told as one after.

Every line that is picked is an order line with the stage counters; a kit has none of its own. Whole kits are what its
lines make up: of each stage the part that has come least far decides.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlmodel import Session

from stowline.catalog import queries as catalog
from stowline.catalog.events import KitMade
from stowline.catalog.queries import Part, whole_kits
from stowline.core.errors import Conflict, Refused
from stowline.orders import queries
from stowline.orders.intake.shape import MOST_LINES, MOST_UNITS, IncomingLine
from stowline.orders.models import Order, OrderKit, OrderLine
from stowline.orders.queries import LineView

Recipes = Mapping[int, tuple[Part, ...]]
_kits, _lines = OrderKit.__table__, OrderLine.__table__  # type: ignore[attr-defined]


def units_of(lines: Sequence[IncomingLine], products: Mapping[str, int], recipes: Recipes) -> int:
    """Units that will be picked for these lines. Raises Refused where kits come to more than an order may have."""
    count = sum(len(recipes.get(products[line.sku], (None,))) for line in lines)
    if count > MOST_LINES:
        raise Refused(f"With the parts of its kits the order has {count:,} lines. At most {MOST_LINES:,} are taken.",
                      where="lines")
    return sum(_units(n, line, recipes.get(products[line.sku], ())) for n, line in enumerate(lines))


def _units(n: int, line: IncomingLine, parts: tuple[Part, ...]) -> int:
    for part in parts:
        if part.units * line.quantity > MOST_UNITS:
            raise Refused(f"{line.quantity:,} of kit {line.sku} need {part.units * line.quantity:,} units of {part.sku}."
                          f" At most {MOST_UNITS:,} of a product are taken in a line.", where=f"lines[{n}].quantity")
    return line.quantity * sum(part.units for part in parts) if parts else line.quantity


def write_lines(
    session: Session, order: Order, lines: Sequence[IncomingLine], products: Mapping[str, int], recipes: Recipes
) -> tuple[int, ...]:
    """Write what was sold, and the lines that are picked for it: the ids of the products that are picked.

    A kit stands before its parts; the price stands with what was sold.
    """
    named = catalog.by_ids(session, [products[line.sku] for line in lines if not line.name])
    rows: list[dict[str, object]] = []
    for line in lines:
        product_id, at = products[line.sku], rows[-1]["position"] + 1 if rows else 1  # type: ignore[operator]
        name = line.name or named[product_id].name
        parts = recipes.get(product_id)
        if parts is None:
            rows.append(_row(order, at, product_id, name, line.quantity, unit_price=line.unit_price, agreed=line.substitute, shop_line=line.external_id or ""))
            continue
        kit_id = session.execute(sa.insert(_kits).returning(_kits.c.id), {
            "order_id": order.id, "product_id": product_id, "position": at, "name": name, "quantity": line.quantity,
            "unit_price": line.unit_price}).scalar_one()  # fmt: skip
        rows += [_row(order, at + n, part.product_id, part.name, part.units * line.quantity, kit_id=kit_id, per_kit=part.units, shop_line=line.external_id or "")
                 for n, part in enumerate(parts, 1)]  # fmt: skip
    session.execute(sa.insert(_lines), rows)
    return tuple(dict.fromkeys(int(row["product_id"]) for row in rows))  # type: ignore[call-overload]


def _row(
    order: Order, position: int, product_id: int, name: str, ordered: int, *, unit_price: int = 0,
    kit_id: int | None = None, per_kit: int = 1, agreed: bool = False, shop_line: str = "",
) -> dict[str, object]:  # fmt: skip
    return {"order_id": order.id, "product_id": product_id, "kit_id": kit_id, "per_kit": per_kit, "position": position,
            "name": name, "unit_price": unit_price, "priority": order.priority, "placed_at": order.placed_at,
            "serve_at": order.serve_at, "ordered": ordered, "substitutes_ok": agreed, "shop_line": shop_line}


# --- told as one again ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sold:
    """What a shopper bought in one line, counted as they count: a product's units, or whole kits.

    `lines` are the lines that are picked for it, `parts` the same of a kit and none of a product; `unit_price` is in
    1/10,000 of the major unit. The shop refunded `take_out` of them that are in totes and boxes: they are put back.
    """

    product_id: int
    sku: str
    name: str
    unit_price: int
    ordered: int
    cancelled: int
    allocated: int
    released: int
    picked: int
    packed: int
    handed_over: int
    returned: int
    lines: tuple[LineView, ...]
    is_kit: bool = False
    take_out: int = 0

    @property
    def out_of_tote(self) -> int:
        """Of `take_out` what is not in a box: it is put back first."""
        return min(self.take_out, self.picked - self.packed)

    @property
    def waiting(self) -> int:
        """Units, or kits, that lack stock."""
        return self.ordered - self.cancelled - self.allocated

    @property
    def parts(self) -> tuple[LineView, ...]:
        """What one looks for on the shelves; none for a product, which is its own part."""
        return self.lines if self.is_kit else ()


_STAGES = ("cancelled", "allocated", "released", "picked", "packed", "handed_over", "returned")


def sold(session: Session, order_id: int) -> list[Sold]:
    """What was sold on an order, in its order: kits as one."""
    return as_sold(session, order_id, queries.lines(session, order_id))


def as_sold(session: Session, order_id: int, lines: Sequence[LineView]) -> list[Sold]:
    """The same, for the order's lines that are at hand."""
    of_kit: dict[int, list[LineView]] = {}
    for line in lines:
        if line.kit_id is not None:
            of_kit.setdefault(line.kit_id, []).append(line)
    kits = queries.kits_of(session, order_id) if of_kit else {}
    found = []
    for line in lines:
        if line.kit_id is None:
            found.append(_plain(line))
        elif of_kit[line.kit_id][0] is line:
            found.append(_kit(kits[line.kit_id], of_kit[line.kit_id]))
    return found


def _plain(line: LineView) -> Sold:
    stages = {stage: getattr(line, stage) for stage in _STAGES}
    return Sold(line.product_id, line.sku, line.name, line.unit_price, line.ordered, **stages, lines=(line,), take_out=line.take_out)


def _kit(kit: queries.KitView, lines: Sequence[LineView]) -> Sold:
    stages = {stage: whole_kits((getattr(line, stage), line.per_kit) for line in lines) for stage in _STAGES}
    out = whole_kits((line.cancelled + line.take_out, line.per_kit) for line in lines) - stages["cancelled"]
    return Sold(kit.product_id, kit.sku, kit.name, kit.unit_price, kit.quantity, **stages, lines=tuple(lines), is_kit=True, take_out=out)


@dataclass(frozen=True, slots=True)
class Held:
    """Units, or whole kits with their `parts` as (SKU, name, units), out of some units of an order's lines. `instead` names
    what was ordered where this came in its place.
    """

    sku: str
    name: str
    quantity: int
    parts: tuple[tuple[str, str, int], ...] = ()
    kit: str = ""
    instead: str = ""


def ordered_as(lines: Sequence[Sold]) -> dict[int, Sold]:
    """What was ordered where something else came in its place, by the id of the line that came."""
    by_line = {line.id: one for one in lines for line in one.lines}
    found = {}
    for line_id, one in by_line.items():
        first = one
        while (before := first.lines[0].substitute_for) is not None and before in by_line:
            first = by_line[before]
        if first is not one:
            found[line_id] = first
    return found


def gathered(sold_lines: Sequence[Sold], units: Mapping[int, int]) -> list[Held]:
    """Units by line id (what is in a parcel, say) as the shopper counts them: whole kits with their parts.

    Units that make up no whole kit are told as themselves; their `kit` names what they are for.
    """
    found: list[Held] = []
    asked = ordered_as(sold_lines)
    for one in sold_lines:
        there = [(line, units.get(line.id, 0)) for line in one.lines]
        if not one.is_kit:
            found += [Held(line.sku, line.name, n, instead=asked[line.id].name if line.id in asked else "") for line, n in there if n > 0]
            continue
        whole = whole_kits((n, line.per_kit) for line, n in there)
        if whole:
            parts = tuple((line.sku, line.name, whole * line.per_kit) for line, _ in there)
            found.append(Held(one.sku, one.name, whole, parts))
        found += [Held(line.sku, line.name, n - whole * line.per_kit, kit=one.name)
                  for line, n in there if n > whole * line.per_kit]  # fmt: skip
    return found


def on_kit_made(session: Session, fact: KitMade) -> None:
    """A product is sold as its parts from now on. Raises Conflict while an order is owed units of it as one piece."""
    ref = queries.owing(session, fact.product_id)
    if ref is not None:
        raise Conflict(f"Order {ref} is owed {fact.sku} as one piece. Ship or cancel it first, then make {fact.sku} a kit.",
                       where="sku")
