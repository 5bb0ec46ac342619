"""The map of the warehouse: how full bins are, or how often they are picked from."""

from collections.abc import Callable, Mapping, Sequence
from heapq import nsmallest
from typing import Any

from litestar import Controller, Response, get
from litestar.params import FromQuery

from stowline.core import db, web
from stowline.desk.floorplan import Box, Plan
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import bins, building
from stowline.desk.queries import warehouse_map as reads
from stowline.desk.queries.warehouse_map import Mapped, Scope
from stowline.desk.shades import Shades, by_fill, by_picks

READ = web.permission("stock.read")
SHOW = {"fill": "How full", "7": "Picks in 7 days", "28": "Picks in 28 days"}
LISTED = 12


class WarehouseMap(Controller):
    """The map."""

    include_in_schema = False

    @get("/map", opt=READ, sync_to_thread=True)
    def map(
        self, request: AnyRequest, zone: FromQuery[str] = "", aisle: FromQuery[str] = "", level: FromQuery[str] = "",
        show: FromQuery[str] = "fill", q: FromQuery[str] = "",
    ) -> Response[Any]:  # fmt: skip
        """The building, a zone or an aisle; one level or all; bins that hold what is searched for are marked."""
        pages.one_of(show, SHOW, "colour")
        said = pages.text(q)
        with db.reading() as session:
            zones = building.zone_names(session)
            zone = pages.one_of(zone, ("", *zones), "zone")
            aisles, levels = reads.aisles(session, zone) if zone else [], [str(one) for one in reads.levels(session, zone)]
            aisle, level = pages.one_of(aisle, ("", *aisles), "aisle"), pages.one_of(level, ("", *levels), "level")
            scope = Scope(zone, aisle, int(level) if level else None)
            standing = reads.standing(session, scope)
            found = reads.bins(session, scope, standing)
            picked = reads.picks(session, 28 if show == "fill" else int(show))
            marked = set(bins.found_by(session, said)) if said else set()
        shades = by_fill(found) if show == "fill" else by_picks(found, picked)
        plan = standing.plan
        chosen = {"zone": zone, "aisle": aisle, "level": level, "show": show}
        return web.page(
            "desk/map.html", request, say=_say(found, plan), q=said, plan=plan, boxes=_drawn(plan, found, picked, shades, marked, chosen),
            legend=shades.legend, legend_say=shades.say, show=show, found=len(marked & {one.spot.id for one in found}) if said else None,
            zones=pages.choices({"": "All zones"} | zones, zone), aisles=pages.choices({"": "All aisles"} | dict(zip(aisles, aisles, strict=True)), aisle),
            levels=pages.choices({"": "All levels"} | {one: f"Level {one}" for one in levels}, level), shows=pages.choices(SHOW, show),
            sums=_sums(found, picked, chosen), top=_top(found, picked, show), days=28 if show == "fill" else int(show), whole_href=_whole(chosen),
        )  # fmt: skip


def _say(found: Sequence[Mapped], plan: Plan) -> str:
    empty = sum(one.units == 0 for one in found)
    say = f"{len(found):,} {'bin' if len(found) == 1 else 'bins'}, {empty:,} empty."
    if plan.together == 1:
        say += " Each box is a bay: choose a zone or an aisle to see its bins."
    if plan.together > 1:
        say += f" Each box is {plan.together} bays: choose a zone or an aisle to see their bins."
    return say


Chosen = dict[str, str]


def _whole(chosen: Chosen) -> str:
    return f"/map{pages.query({'show': chosen['show']})}" if chosen["zone"] or chosen["level"] else ""


def _drawn(
    plan: Plan, found: Sequence[Mapped], picked: Mapping[int, int], shades: Shades, marked: set[int], chosen: Chosen
) -> list[dict[str, Any]]:
    """Boxes as the template draws them."""
    known = {one.spot.id: one for one in found}
    tell = _tell_picks(picked) if chosen["show"] != "fill" else _tell_fill
    rows = []
    for box in plan.boxes:
        inside = [known[spot.id] for spot in box.spots]
        rows.append({
            "path": f"M{box.x} {box.y}h{box.width}v{box.height}h-{box.width}z", "shade": shades.of([one.spot.id for one in inside]),
            "shut": all(not one.active for one in inside), "hit": any(one.spot.id in marked for one in inside),
            "href": _href(box, chosen), "say": tell(inside[0]) if len(inside) == 1 else _together(inside, picked, chosen["show"]),
        })  # fmt: skip
    return sorted(rows, key=lambda row: row["hit"])  # what is marked is drawn last, over its neighbours


def _href(box: Box, chosen: Chosen) -> str:
    """A bin's page; of several bins, the map of their aisle, or of their zone."""
    first = box.spots[0]
    if len(box.spots) == 1:
        return f"/bins/{web.segment(first.code)}"
    aisle = first.aisle if first.zone and first.bay is not None else ""
    return f"/map{pages.query({'zone': first.zone, 'aisle': aisle, 'level': chosen['level'], 'show': chosen['show']})}"


def _tell_fill(one: Mapped) -> str:
    full = "" if one.share is None else f", {round(one.share * 100)} % full"
    return f"{one.spot.code}: {one.units:,} units{full}{'' if one.active else ', closed'}"


def _tell_picks(picked: Mapping[int, int]) -> Callable[[Mapped], str]:
    return lambda one: f"{one.spot.code}: {picked.get(one.spot.id, 0):,} picks{'' if one.active else ', closed'}"


def _together(inside: Sequence[Mapped], picked: Mapping[int, int], show: str) -> str:
    spots = [one.spot for one in inside]
    bays = sorted({spot.bay for spot in spots if spot.bay is not None})
    where = f"Aisle {spots[0].aisle}, bay {bays[0]}" + (f" to {bays[-1]}" if len(bays) > 1 else "") if bays and spots[0].aisle else f"Zone {spots[0].zone}"
    if show != "fill":
        return f"{where}: {sum(picked.get(spot.id, 0) for spot in spots):,} picks in {len(spots)} bins"
    shares = [one.share for one in inside if one.share is not None]
    full = f", {round(sum(shares) / len(shares) * 100)} % full" if shares else ""
    return f"{where}: {sum(one.units for one in inside):,} units in {len(spots)} bins{full}"


def _sums(found: Sequence[Mapped], picked: Mapping[int, int], chosen: Chosen) -> list[dict[str, Any]]:
    rows = reads.sums(found, picked)
    return [{"zone": row.zone, "aisle": row.aisle, "bins": row.bins, "empty": row.empty, "units": row.units, "picks": row.picks,
             "full": row.percent(), "href": f"/map{pages.query({'zone': row.zone, 'aisle': row.aisle if row.zone else '', 'show': chosen['show']})}"}
            for row in rows]  # fmt: skip


def _top(found: Sequence[Mapped], picked: Mapping[int, int], show: str) -> list[dict[str, Any]]:
    """The fullest bins, or those that are picked from most often."""
    if show == "fill":
        best = nsmallest(LISTED, (one for one in found if one.share), key=lambda one: (-(one.share or 0), one.spot.code))
    else:
        best = nsmallest(LISTED, (one for one in found if picked.get(one.spot.id)), key=lambda one: (-picked[one.spot.id], one.spot.code))
    return [{"code": one.spot.code, "units": one.units, "full": None if one.share is None else round(one.share * 100),
             "picks": picked.get(one.spot.id, 0)} for one in best]  # fmt: skip
