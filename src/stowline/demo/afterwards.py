"""What became of parcels that had come weeks before: some of it goes back, some shoppers ask, some say how they like it; and
the photograph of a box. Each step happens at its own moment, by the same verbs as in a living house.
"""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from PIL import Image, ImageDraw
from sqlmodel import Session

from stowline.cases import casework, reviews
from stowline.cases.casework import Said
from stowline.core import author, clock, timers
from stowline.demo import crowd
from stowline.inventory import queries as stock
from stowline.orders import queries as orders
from stowline.orders.queries import Order
from stowline.packing import photos
from stowline.packing import queries as packing
from stowline.packing.models import Parcel, ParcelLine
from stowline.people import service as people
from stowline.returns import arriving, inspecting, queries, service, settling
from stowline.returns.rules import Wish
from stowline.shipping import tracking
from stowline.shipping.tracking_rules import Detail

BOXES, ROAD = 24, timedelta(days=2)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MANAGER, RECEIVER = (next(one.name for one in crowd.LOGINS if one.role == role) for role in ("manager", "receiver"))
# how it began: reason, what is wanted, what the shopper wrote, how long ago; how far it has come since
RETURNS = (
    ("wrong", "refund", "I ordered the larger one.", 3 * HOUR, "asked"),
    ("disliked", "refund", "The colour does not suit us.", 26 * HOUR, "approved"),
    ("damaged", "store_credit", "It has a fault on one side.", 4 * DAY, "sent"),
    ("disliked", "refund", "", 5 * DAY, "arrived"),
    ("damaged", "refund", "It arrived damaged.", 6 * DAY, "inspected"),
    ("wrong", "refund", "", 7 * DAY, "settled"),
)
ASKED = (
    ("damaged", "It came with a scratch. What shall I do with it?", 4 * DAY, ""),
    ("question", "How do I clean it?", 2 * DAY, "With warm water, by hand. Has it a stain? Tell us which, and we look for the right remedy."),
    ("not_received", "The carrier says it was delivered, but it is not here.", 8 * DAY, "Your neighbour at number 12 signed for it. Please ask there, and write to us if it is not there."),
)  # fmt: skip
REVIEWS = (
    (5, "Better than in the pictures. We use it every day.", "Hannah", True),
    (4, "Very nice. Ours is a little darker than the picture.", "Luc", True),
    (2, "It came late, and the box was dented.", "", False),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Box:
    """A parcel that came, with one line of its order."""

    order: Order
    parcel: Parcel
    line_id: int
    units: int


def happen(session: Session, now: datetime) -> None:
    """All of it, told from now."""
    with _at(now - 7 * DAY, MANAGER):
        pair, single = _boxes(session, now)
    for box, (reason, wish, note, ago, far) in zip(pair, RETURNS, strict=False):
        _return(session, box, now, (reason, wish, note), ago, far)
    for box, told in zip(single, ASKED, strict=False):
        _case(session, box, now, *told)
    for box, said in zip(single[len(ASKED) :], REVIEWS, strict=False):
        _review(session, box, now, *said)
    _photograph(session, now)


def _boxes(session: Session, now: datetime) -> tuple[list[Box], list[Box]]:
    """The last parcels of the months before, those with several units of one thing apart, newest first."""
    p, n = Parcel.__table__.c, ParcelLine.__table__.c  # type: ignore[attr-defined]
    query = (sa.select(p.id, n.order_line_id, n.qty).join(ParcelLine, n.parcel_id == p.id)
             .where(p.handed_over_at > now - 26 * DAY, p.handed_over_at < now - 9 * DAY, n.qty > 0).order_by(p.id.desc()).limit(BOXES))  # fmt: skip
    found = []
    for ident, line_id, units in session.execute(query).all():
        parcel = packing.parcel(session, ident)
        found.append(Box(orders.order(session, parcel.order_id), parcel, line_id, units))
    return [one for one in found if one.units > 1], [one for one in found if one.units == 1]


@contextmanager
def _at(moment: datetime, who: str) -> Iterator[None]:
    with clock.stopped_at(moment), author.acting(who):
        yield


# --- what goes back -------------------------------------------------------------------------------------------------------


def _return(session: Session, box: Box, now: datetime, asked: tuple[str, str, str], ago: timedelta, far: str) -> None:
    """One unit of the line: asked for, and then as far as it has come; each step a tenth of the time after the one before."""
    reason, wish, note = asked
    begun = now - ago

    def after(part: float) -> datetime:
        return begun + part * ago

    with _at(begun, "the shopper"):
        ref = service.request(session, box.order, [Wish(box.line_id, 1, reason, wish)], key=f"demo:{box.order.ref}", note=note).ref
    steps = ("asked", "approved", "sent", "arrived", "inspected", "settled")
    done = steps[: steps.index(far) + 1]
    with _at(after(0.1), MANAGER):
        if "approved" in done:
            service.approve(session, ref)
    with _at(after(0.3), "the shopper"):
        if "sent" in done:
            service.sent(session, ref)
    with _at(after(0.8), RECEIVER):
        if "arrived" in done:
            arriving.arrive(session, ref)
    with _at(after(0.85), RECEIVER):
        if "inspected" in done:
            _look(session, ref, box.order)
    with _at(after(0.9), MANAGER):
        if "settled" in done:
            settling.settle(session, ref)


def _look(session: Session, ref: str, order: Order) -> None:
    """It is counted, looked at and put apart."""
    rma = queries.lock(session, ref)
    line = queries.lines(session, rma.id or 0)[0]
    arriving.count(session, rma, session.get_one(queries.RmaLine, line.id), 1)
    arriving.all_counted(session, order, rma)
    [what] = queries.to_inspect(session, rma.id or 0)
    aside = stock.first_of_kind(session, "quarantine").id
    inspecting.inspect(session, rma, what, 1, grade="damaged" if line.reason == "damaged" else "opened", disposition="quarantine", to_id=aside)
    arriving.look_if_inspected(session, order, rma)


# --- what is asked and said -----------------------------------------------------------------------------------------------


def _case(session: Session, box: Box, now: datetime, kind: str, words: str, ago: timedelta, answer: str) -> None:
    """Somebody asks; with an answer it waits for them, and after a week it is closed and was good."""
    order, begun = box.order, now - ago
    with _at(begun, "the shopper"):
        case = casework.report(session, order, kind, Said(words, f"demo:{order.ref}"), lines=[box.line_id]).id or 0
    if not answer:
        return
    with _at(begun + 2 * HOUR, MANAGER):
        casework.give(session, case, people.find_user(session, crowd.LOGINS[0].badge).id)
        casework.answer(session, case, answer, f"demo:{order.ref}:answer")
        if ago > 7 * DAY:
            casework.solve(session, case)
    if ago > 7 * DAY:
        with _at(begun + 3 * DAY, author.PROGRAM.who):
            casework.close_solved(session, "")
            timers.cancel(session, casework.TIMER, "")
        with _at(begun + 4 * DAY, "the shopper"):
            casework.judge(session, order.id or 0, case, "good", "That was quick. It was at number 12.")


def _review(session: Session, box: Box, now: datetime, stars: int, words: str, name: str, shown: bool) -> None:  # noqa: FBT001  (a row of the table above)
    """It came, and whoever ordered it says how they like it."""
    came = (box.parcel.handed_over_at or now) + ROAD
    with _at(came, author.PROGRAM.who):
        tracking.add(session, packing.lock(session, box.parcel.id or 0), [Detail("delivered", came, box.order.city)], "signed")
    with _at(came + 3 * DAY, "the shopper"):
        ident = reviews.write(session, box.order, box.line_id, stars=stars, text=words, name=name, locale=box.order.locale).id or 0
    with _at(came + 4 * DAY, MANAGER):
        if shown:
            reviews.approve(session, ident)
        if shown and stars < 5:
            reviews.answer(session, ident, "Thank you. Each piece differs a little; we are glad that you like it.")


def _photograph(session: Session, now: datetime) -> None:
    """The first box of yesterday, as its packer took it."""
    p = Parcel.__table__.c  # type: ignore[attr-defined]
    query = sa.select(p.code, p.sealed_at).where(p.handed_over_at > now - 2 * DAY).order_by(p.id).limit(1)
    for code, sealed_at in session.execute(query):
        with _at(sealed_at, next(one.name for one in crowd.LOGINS if one.role == "packer")):
            photos.keep(session, code, photos.draw(_picture()))


def _picture() -> bytes:
    """An open box from above: cardboard, paper, and what was ordered."""
    scene = Image.new("RGB", (960, 720), "#8a8f94")
    pen = ImageDraw.Draw(scene)
    pen.rectangle((110, 80, 850, 640), fill="#c39a6b", outline="#8d6a43", width=10)
    pen.rectangle((170, 130, 790, 590), fill="#e9dfcf", outline="#a98758", width=6)
    for n, (x, y, colour) in enumerate(((300, 250, "#2f5f73"), (520, 250, "#b4532a"), (300, 440, "#5d7a4a"), (520, 440, "#d9c27a"))):
        pen.ellipse((x - 80, y - 80, x + 80, y + 80), fill=colour, outline="#3a3128", width=5)
        pen.ellipse((x - 52, y - 52, x + 52, y + 52), outline="#f4efe6", width=4 + n)
    pen.polygon([(620, 150), (770, 170), (750, 300), (640, 280)], fill="#f7f3ea", outline="#cfc3b0")
    made = io.BytesIO()
    scene.save(made, "JPEG", quality=85)
    return made.getvalue()
