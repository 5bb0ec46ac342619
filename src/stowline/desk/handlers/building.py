"""The building: zones and their walk, racks."""

from typing import Any

from litestar import Controller, Response, get, post
from litestar.params import FromPath, FromQuery, RawBody

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, text, whole
from stowline.desk.handlers import pages
from stowline.desk.handlers.pages import AnyRequest
from stowline.desk.queries import building
from stowline.inventory import places, racks
from stowline.inventory.fit import MIXING
from stowline.inventory.racks import Rack

READ, WRITE = web.permission("stock.read"), web.permission("stock.write")
RULES = {"": "Any goods"} | {rule: words for rule, words in MIXING.items() if rule != "any"}
BIN_RULES = {"": "As its zone says"} | MIXING
STEPS = {"1": "Every number", "2": "Every second (odd or even side)"}
SHOWN = 12
FIELDS = ("aisle", "first_bay", "last_bay", "first_level", "last_level", "step", "pattern", "run", "x_mm", "y_mm", "pitch_mm", "kind",
          "zone", "max_units", "max_weight_g", "max_volume_cm3", "mixing")  # fmt: skip
FIRST = {"first_bay": "1", "first_level": "1", "step": "1", "pattern": racks.PATTERN, "pitch_mm": "1200", "kind": "pick"}
NUMBERS = {
    "first_bay": ("The first bay", 0, racks.MOST_BAYS), "last_bay": ("The last bay", 0, racks.MOST_BAYS),
    "first_level": ("The lowest level", 0, racks.MOST_LEVELS), "last_level": ("The highest level", 0, racks.MOST_LEVELS),
    "step": ("The step", 1, 2), "pitch_mm": ("The width of a bay in mm", 1, 20_000),
}  # fmt: skip


class Zones(Controller):
    """Zones."""

    path = "/zones"
    include_in_schema = False

    @get("/", opt=READ, sync_to_thread=True)
    def zones(self, request: AnyRequest, done: FromQuery[str] = "", zone: FromQuery[str] = "") -> Response[Any]:
        """Every zone along the walk."""
        with db.reading() as session:
            rows = building.zones(session)
        known = next((row for row in rows if row["code"] == zone), None)
        said = {
            "set": f"Zone {zone} stands as you said.", "dropped": "The zone is gone.",
            "walk": f"The walk of zone {zone} was numbered anew." if known else None,
        }  # fmt: skip
        many = sum(row["bins"] for row in rows)
        return web.page(
            "desk/zones.html", request, say=f"{len(rows):,} {'zone' if len(rows) == 1 else 'zones'}, {many:,} bins, along the walk.",
            rows=[{**row, "rules": pages.choices(RULES, row["mixing"])} for row in rows], rules=pages.choices(RULES, ""),
            flash=said.get(done), may_write=_may_write(request),
        )  # fmt: skip

    @post("/", opt=WRITE, sync_to_thread=True)
    def put(self, body: RawBody) -> Response[Any]:
        """Make or change a zone."""
        form = web.read_form(body)
        try:
            code = text(form.get("code"), "code", what="The zone's code", longest=20, needed=True)
            place = whole(form.get("sequence") or "0", "sequence", what="The place on the walk", most=10_000_000)
            db.run(lambda session: places.put_zone(session, code, name=form.get("name", ""), mixing=form.get("mixing", ""), sequence=place))
        except Bad as bad:
            raise Refused(bad.say, where=bad.where or None) from None
        return web.redirect(f"/zones{pages.query({'done': 'set', 'zone': code})}")

    @post("/{code:str}/walk", opt=WRITE, sync_to_thread=True)
    def walk(self, code: FromPath[str], body: RawBody) -> Response[Any]:
        """Number its bins anew."""
        _ = body
        name = web.name(code)
        db.run(lambda session: places.number_walk(session, name))
        return web.redirect(f"/zones{pages.query({'done': 'walk', 'zone': name})}")

    @post("/{code:str}/removal", opt=WRITE, sync_to_thread=True)
    def drop(self, code: FromPath[str], body: RawBody) -> Response[Any]:
        """Take an empty zone away."""
        _ = body
        name = web.name(code)
        db.run(lambda session: places.drop_zone(session, name))
        return web.redirect("/zones?done=dropped")


class Racks(Controller):
    """New bins: one, or a whole rack."""

    path = "/racks"
    include_in_schema = False

    @get("/", opt=WRITE, sync_to_thread=True)
    def form(self, request: AnyRequest, built: FromQuery[int] = 0, zone: FromQuery[str] = "") -> Response[Any]:
        """The forms, and the bins that a described rack would have."""
        typed = {name: request.query_params[name] for name in FIELDS if name in request.query_params}
        flash = f"{built:,} bins were added. Print their labels, and number the walk of zone {zone[:60]} anew." if built else None
        if "aisle" not in typed:
            return _draw(request, FIRST | typed, flash=flash)
        return _preview(request, FIRST | typed)

    @post("/", opt=WRITE, sync_to_thread=True)
    def build(self, body: RawBody) -> Response[Any]:
        """Build it."""
        form = web.read_form(body)
        rack, facts = _rack(form)
        built = db.run(lambda session: places.build_rack(session, rack, facts))
        return web.redirect(f"/racks{pages.query({'built': str(built), 'zone': facts['zone']})}")


def _rack(form: dict[str, str]) -> tuple[Rack, dict[str, Any]]:
    """The rack that a form describes, and what is said of each of its bins. Raises Refused."""
    try:
        numbers = {name: whole(form.get(name, ""), name, what=what, least=least, most=most) for name, (what, least, most) in NUMBERS.items()}
        facts = places.read_facts({name: form.get(name, "") for name in ("kind", "zone", "max_units", "max_weight_g", "max_volume_cm3", "mixing")})
        aisle = text(form.get("aisle"), "aisle", what="The aisle", longest=12, needed=True)
        where = places.read_facts({name: form.get(name, "") for name in ("x_mm", "y_mm")})
        run = pages.one_of(form.get("run", ""), racks.RUNS, "run")
        pattern = text(form.get("pattern"), "pattern", what="The code pattern", longest=60, needed=True)
    except Bad as bad:
        raise Refused(bad.say, where=bad.where or None) from None
    rack = Rack(aisle, numbers["first_bay"], numbers["last_bay"], numbers["first_level"], numbers["last_level"], numbers["step"], pattern,
                run, where["x_mm"], where["y_mm"], numbers["pitch_mm"])  # fmt: skip
    if run and (rack.x_mm is None or rack.y_mm is None):
        raise Refused("To stand on the map, a rack needs x and y of its first bay in mm.", where="x_mm")
    wrong = racks.wrong_with(rack)
    if wrong:
        raise Refused(wrong)
    return rack, facts


def _preview(request: AnyRequest, typed: dict[str, str]) -> Response[Any]:
    try:
        rack, _ = _rack(typed)
    except Refused as why:
        return _draw(request, typed, flash=why.say, code=422)
    plan = list(racks.planned(rack))
    with db.reading() as session:
        known = places.known_codes(session, [one.code for one in plan])
    fresh = [one for one in plan if one.code not in known]
    return _draw(request, typed, preview={"many": len(fresh), "known": len(known), "more": max(len(fresh) - SHOWN, 0),
                                          "rows": fresh[:SHOWN], "last": fresh[-1].code if fresh else ""})  # fmt: skip


def _draw(
    request: AnyRequest, typed: dict[str, str], *, preview: dict[str, Any] | None = None, flash: str | None = None, code: int = 200
) -> Response[Any]:
    with db.reading() as session:
        zones = [row["code"] for row in building.zones(session)]
    kinds = {one: one.capitalize() for one in places.KINDS}
    return web.page(
        "desk/racks.html", request, code=code, flash=flash, flash_kind="ok" if code == 200 else "bad", preview=preview, zones=zones,
        form={name: typed.get(name, "") for name in FIELDS}, kinds=pages.choices(kinds, typed.get("kind", "pick")),
        rules=pages.choices(BIN_RULES, typed.get("mixing", "")), runs=pages.choices(racks.RUNS, typed.get("run", "")),
        steps=pages.choices(STEPS, typed.get("step", "1")),
    )  # fmt: skip


def _may_write(request: AnyRequest) -> bool:
    return "stock.write" in web.identity_of(request).permissions
