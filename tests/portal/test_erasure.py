"""Somebody is forgotten: nothing in any column of any table says their name, address or telephone, and nobody else is touched."""

import json
from datetime import timedelta

import sqlalchemy as sa
from sqlmodel import Session, SQLModel

from stowline.backorders import sign_ups
from stowline.cases import contacts
from stowline.cases.contacts import Said
from stowline.core import clock, db, idempotency
from stowline.desk import erasure
from stowline.notifications import consents, mail_reports, message_hooks, preferences, sequence_runs, suppressions
from stowline.notifications.channel_models import MessageHookTry
from stowline.notifications.mail_reports import Reported
from stowline.notifications.policy_models import Breaker
from stowline.notifications.preferences import Reader
from stowline.notifications.run_models import NoteRun
from stowline.notifications.sequence_models import SequenceRun
from stowline.people import service as people
from stowline.stores import queries as stores
from tests.asserts import breaches
from tests.desk.conftest import House
from tests.makers import Tablet

ADDRESS = {"name": "Wilhelmina Querido", "line1": "77 Fennimore Crescent", "line2": "Flat Zebra", "city": "London", "postcode": "SW9 4QX", "country": "GB", "phone": "+44 20 7946 0018"}
MAIL = "wilhelmina@querido.example"
TRACES = ("wilhelmina", "querido", "fennimore", "zebra", "sw9 4qx", "7946 0018", "2079460018")
OTHER = {**ADDRESS, "name": "Otto Querling", "line1": "78 Fenimore Road", "line2": "", "postcode": "N1 1AA", "phone": "+44 20 7946 0099"}


def place(robot: Tablet, ref: str, mail: str, address: dict[str, str], **more: object) -> None:
    said = robot.place(ref, {"MUG": 1}, customer={"name": address["name"], "email": mail}, address=address, **more)
    assert said.status == 201, said.raw


def everything(session: Session) -> dict[str, str]:
    """Every row of every table as text, by table and row."""
    found = {}
    for table in SQLModel.metadata.sorted_tables:
        for n, row in enumerate(session.execute(sa.select(table).order_by(*table.primary_key.columns))):
            texts = (part.decode("utf-8", "replace") if isinstance(part, bytes) else str(part) for part in row)
            found[f"{table.name} {n}"] = " | ".join(texts).lower()
    return found


def traces() -> list[str]:
    with db.reading() as session:
        return [f"{where}: {trace}" for where, text in everything(session).items() for trace in TRACES if trace in text]


def of_otto(session: Session) -> list[tuple[str, str]]:
    return sorted((where.split()[0], text) for where, text in everything(session).items() if "querling" in text)


def seed(house: House) -> int:
    robot = house.robot()
    robot.stock_up({"MUG": 5})
    robot.add_product("NIL")
    place(robot, "7001", MAIL, ADDRESS)
    place(robot, "7002", "otto@querling.example", OTHER)
    robot.scan("look:", "7001")
    robot.ship_all()
    house.deliver()
    with db.transaction() as session:
        shop, product = stores.store_by_key(session, "demo"), session.execute(sa.text("SELECT id FROM product WHERE sku = 'NIL'")).scalar_one()
        sign_ups.sign_up(session, shop, product, MAIL)
        preferences.set_reader(session, 1, MAIL, Reader(phone="+442079460018"))
        preferences.choose(session, 1, MAIL, {("shipped", "email"): False})
        sequence_runs.begin(session, [SequenceRun(sequence="win-back", subject="order:1", store_id=1, address=MAIL, began_at=clock.now(), next_at=clock.now() + timedelta(days=9))])
        consents.record(session, 1, MAIL, "email", given=False, text="No more, said Wilhelmina", source="by phone")
        mails = [(1, "work@querido.example", "W. Querido"), (None, MAIL, "W. Querido"), (None, "friend@else.example", "Otto")]  # hers; hers but of no order; about her
        for n, (order, by, name) in enumerate(mails):
            said = Said(f"<{n}@x.example>", "mail", "mailbox", clock.now(), store_id=order, order_id=order, address=by, name=name, subject="Re: order", text=f"Write to {MAIL}")
            contacts.keep(session, said)
        session.execute(sa.text("UPDATE orders SET note = 'Ring Querido at the back' WHERE ref = '7001'"))
        leave_traces(session)
    return int(house_customer("7001"))


def leave_traces(session: Session) -> None:
    """What stands in rows that name nobody: texts of runs, posts to the shop, the audit, keys of repeated calls, numbers stopped for all stores."""
    now = clock.now()
    session.add(NoteRun(subject="A word to Querido", body=f"Dear Wilhelmina, write to {MAIL}", asked={"text": MAIL}, made_by="Ruth", made_at=now))
    hook = message_hooks.set_hook(session, 1, "https://shop.example/hooks", who="Ruth")
    session.add(MessageHookTry(hook_id=hook.id or 0, at=now, status=422, say=f"it answered 422: no {MAIL}", took_ms=3))
    session.add(Breaker(provider="smtp://mail.example", failures=1, say=f"550 <{MAIL}> unknown", at=now))
    for way in (MAIL, "+442079460018"):
        people.note(session, "Ruth", "sent a test message", f"shipped to {way}")
    for key, route in ((f"{MAIL}-1", "/api/v1/orders"), ("2", f"/api/v1/people/{MAIL}/erasure"), ("3", f"/api/v1/people/{MAIL.replace('@', '%40')}/erasure")):
        asked = idempotency.request_key(key, route, "robot", b"{}")
        idempotency.once(session, asked, lambda: idempotency.Answer(200, f'{{"email": "{MAIL}"}}'.encode()))
    mail_reports.take(session, Reported(key=f"ses:1:{MAIL}", source="ses", kind="soft", address=MAIL, code="4.2.2", say=f"{MAIL} is full", at=now))
    suppressions.suppress(session, "sms", "+442079460018", scope="all", store_id=None, why=f"STOP, said {MAIL}", source="gateway")
    session.execute(sa.text("UPDATE message SET forced = 'Wilhelmina asked for it' WHERE order_ref = '7001'"))


def house_customer(ref: str) -> int:
    with db.reading() as session:
        return int(session.execute(sa.text("SELECT customer_id FROM orders WHERE ref = :r"), {"r": ref}).scalar_one())


def test_nothing_says_who_it_was_and_nobody_else_is_touched(any_house: House) -> None:
    ident = seed(any_house)
    ruth = any_house.ruth()
    with db.reading() as session:
        before = of_otto(session)
    kept = json.loads(ruth.file(f"/customers/{ident}/data").text)
    assert {"customer", "orders", "message", "preference", "reader", "marketing_consent", "contact"} <= {row["table"] for row in kept}
    page = ruth.get(f"/customers/{ident}")
    refused = ruth.send(page, "/erasure", typed="somebody@else.example")
    assert "Nothing was erased" in refused.text
    assert traces()
    said = ruth.send(page, "/erasure", typed=f" {MAIL.upper()}")
    assert "Erased." in said.text
    assert traces() == []
    with db.reading() as session:
        assert breaches(session) == {}
        assert of_otto(session) == before
        assert session.execute(sa.text("SELECT total_minor, country FROM orders WHERE ref = '7001'")).one() == (450, "GB")
        assert suppressions.suppressed(session, "email", MAIL, marketing=True, store_id=1), "who stopped marketing stays so"
        assert suppressions.suppressed(session, "email", MAIL, marketing=False, store_id=1) == ""
        assert suppressions.suppressed(session, "sms", "+442079460018", marketing=False, store_id=2), "a number that was stopped stays so, in every store"
    any_house.deliver()
    with clock.stopped_at(clock.now() + timedelta(days=1)):
        any_house.deliver()
    assert traces() == []
    assert ruth.get("/orders/7001?store=demo").status == 200
    db.run(lambda session: consents.record(session, 1, MAIL, "email", given=True, text="Yes", source="shop"))
    with db.reading() as session:
        assert suppressions.suppressed(session, "email", MAIL, marketing=True, store_id=1) == "", "a new consent is a new beginning"


def test_who_still_waits_for_goods_is_not_erased(any_house: House) -> None:
    robot = any_house.robot()
    robot.add_product("MUG")
    place(robot, "7003", MAIL, ADDRESS)
    ruth, ident = any_house.ruth(), house_customer("7003")
    said = ruth.send(ruth.get(f"/customers/{ident}"), "/erasure", typed=MAIL)
    assert (said.status, "7003 still has to be sent" in said.text) == (409, True)
    assert traces()
    with db.reading() as session:
        assert erasure.person(session, ident).email == MAIL
