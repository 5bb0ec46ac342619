"""A POST that is sent again gets its first answer, and nothing happens twice; on both databases."""

import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest
from sqlalchemy import create_engine, text
from sqlmodel import Session

from stowline.core import clock
from stowline.core.db import Database
from stowline.core.errors import BadRequest, Conflict, Refused
from stowline.core.idempotency import KEPT, Answer, Idempotency, RequestKey, forget_old, once, request_key


@pytest.fixture
def database(fresh_database_url: str) -> Iterator[Database]:
    engine = create_engine(fresh_database_url)
    Idempotency.metadata.create_all(engine, tables=[Idempotency.__table__])  # type: ignore[attr-defined]
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE parcel_made (n INTEGER)"))
    engine.dispose()
    made = Database(fresh_database_url)
    yield made
    made.close()


def asked(
    key: str | None = "k-1", route: str = "POST /parcels", who: str = "token 1", body: bytes = b"{}"
) -> RequestKey:
    return request_key(key, route, who, body)


def make_parcel(session: Session) -> Answer:
    session.execute(text("INSERT INTO parcel_made VALUES (1)"))
    return Answer(201, b'{"parcel": %d}' % parcels(session))


def parcels(session: Session) -> int:
    return int(session.execute(text("SELECT count(*) FROM parcel_made")).scalar_one())


def send(database: Database, request: RequestKey) -> Answer:
    with database.transaction() as session:
        return once(session, request, lambda: make_parcel(session))


def count(database: Database) -> int:
    with database.reading() as session:
        return parcels(session)


def test_the_same_request_again_gets_the_first_answer(database: Database) -> None:
    answers = [send(database, asked()) for _ in range(3)]
    assert answers == [Answer(201, b'{"parcel": 1}')] * 3
    assert count(database) == 1


def test_without_a_key_each_request_counts(database: Database) -> None:
    assert [send(database, asked(None)).body for _ in range(2)] == [b'{"parcel": 1}', b'{"parcel": 2}']


def test_a_key_belongs_to_one_asker_and_one_route(database: Database) -> None:
    for request in (asked(), asked(who="token 2"), asked(route="POST /orders"), asked("k-2")):
        send(database, request)
    assert count(database) == 4


def test_a_key_with_another_body_is_refused(database: Database) -> None:
    send(database, asked())
    with pytest.raises(Conflict, match="another request"):
        send(database, asked(body=b'{"other": 1}'))
    assert count(database) == 1


def test_a_refused_request_leaves_its_key_free(database: Database) -> None:
    def refuse() -> Answer:
        raise Refused("No stock.")

    with pytest.raises(Refused), database.transaction() as session:
        once(session, asked(), refuse)
    assert send(database, asked()).status == 201


def test_eight_at_once_are_one(database: Database) -> None:
    answers: list[Answer] = []
    gate = threading.Barrier(8)

    def rival() -> None:
        gate.wait()
        answers.append(send(database, asked()))

    rivals = [threading.Thread(target=rival) for _ in range(8)]
    for each in rivals:
        each.start()
    for each in rivals:
        each.join()
    assert answers == [Answer(201, b'{"parcel": 1}')] * 8
    assert count(database) == 1


def test_keys_are_forgotten_after_a_week(database: Database) -> None:
    send(database, asked())
    with database.transaction() as session:
        assert forget_old(session) == 0
    with clock.stopped_at(clock.now() + KEPT + timedelta(seconds=1)), database.transaction() as session:
        assert forget_old(session) == 1
    assert send(database, asked()).body == b'{"parcel": 2}'


@pytest.mark.parametrize("key", ["", "x" * 256, "a\x00b", "ü", "a\nb"])
def test_a_key_that_cannot_be_one_is_refused(key: str) -> None:
    with pytest.raises(BadRequest, match="Idempotency-Key"):
        asked(key)
