"""People: what is kept about one, and their erasure."""

from typing import Any

from msgspec import Struct


class Kept(Struct):
    """A row that is about the person, and the table that holds it; its fields are the table's."""

    table: str
    row: dict[str, Any]


class KeptOfPerson(Struct):
    """All rows that are about a person of a store."""

    items: list[Kept]


class Erasure(Struct):
    """`confirm` is the address of the path once more."""

    confirm: str


class Erased(Struct):
    """Whether anything was erased; false where nobody is known by the address, so also the second time."""

    erased: bool
