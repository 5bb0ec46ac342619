"""Every column that can hold words is judged: emptied when a person is erased, or left alone for a reason. A new one is judged first."""

import collections

from sqlmodel import SQLModel

from stowline.desk import personal
from stowline.desk.personal_columns import LEFT_ALONE, texts
from stowline.tables import metadata


def held() -> set[str]:
    return {f"{table.name}.{column.name}" for table in metadata().sorted_tables for column in texts(table)}


def emptied() -> set[str]:
    """What an erasure empties or deletes, as `desk/personal.py` says."""
    found = {f"{table}.{column}" for table, columns in personal.IN_A_WAY_OF_THEIR_OWN.items() for column in columns.split()}
    found |= {f"message.{column}" for column in (*personal.MESSAGE, *personal.MESSAGE_CLEAN)}
    for place in personal.PLACES:
        columns = [one.name for one in texts(SQLModel.metadata.tables[place.table])] if place.goes else [*place.clean, *place.sets]
        found |= {f"{place.table}.{column}" for column in columns}
    for name in personal.LOOSE:
        found |= {f"{name}.{one.name}" for one in texts(SQLModel.metadata.tables[name]) if not one.primary_key and not one.unique}
    return found


def left_alone() -> list[str]:
    return [f"{table}.{column}" for tables in LEFT_ALONE.values() for table, columns in tables.items() for column in columns.split()]


def test_every_column_that_can_hold_words_is_emptied_or_left_alone_for_a_reason() -> None:
    unjudged = held() - emptied() - set(left_alone())
    assert sorted(unjudged) == [], "say in desk/personal.py how erasing a person empties it, or in desk/personal_columns.py why it stays"


def test_no_column_is_judged_that_is_not_there_and_none_twice() -> None:
    assert sorted(set(left_alone()) - held()) == []
    assert sorted(emptied() & set(left_alone())) == []
    assert [name for name, n in collections.Counter(left_alone()).items() if n > 1] == []
