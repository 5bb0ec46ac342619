"""Bytes of JSON into plain values, and files of them into bodies.

Decimal numbers stay exact (`Decimal`), so 1.5 units are seen as 1.5 and prices lose nothing.
"""

import json
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import NoReturn, TypeGuard

from stowline.core.fields import Bad, shown
from stowline.orders.intake.shape import Read, Unreadable


def decode(raw: bytes | str) -> object:
    """The JSON value in `raw` (UTF-8, with or without BOM). Raises `Bad`, and nothing else."""
    try:
        said = raw.decode("utf-8-sig") if isinstance(raw, bytes) else raw
        return json.loads(said, parse_float=_decimal, parse_constant=_no_number)
    except UnicodeDecodeError:
        raise Bad("The body is not UTF-8 text.") from None
    except json.JSONDecodeError as error:
        raise Bad(f"The body is not JSON: line {error.lineno}, column {error.colno}.") from None
    except Bad:
        raise
    except RecursionError:
        raise Bad("The body is nested too deeply.") from None
    except ValueError:
        raise Bad("The body holds a number that is too long.") from None


def _decimal(said: str) -> Decimal:
    try:
        return Decimal(said)
    except InvalidOperation:
        raise Bad(f"{shown(said)} is not a number that can be read.") from None


def _no_number(said: str) -> NoReturn:
    raise Bad(f"{said} is not a number.")


def documents(raw: bytes) -> Iterator[tuple[str, object | Bad]]:
    """The bodies in a file, each with its place: one JSON document (place `""`), or one a line (`line 6`)."""
    try:
        yield "", decode(raw)
    except Bad as bad:
        lines = [(number, line) for number, line in enumerate(raw.split(b"\n"), start=1) if line.strip()]
        if len(lines) < 2 or not all(line.lstrip(b"\xef\xbb\xbf \t").startswith(b"{") for _, line in lines):
            yield "", bad
            return
        for number, line in lines:
            yield f"line {number}", _decoded(line)


def _decoded(line: bytes) -> object | Bad:
    try:
        return decode(line)
    except Bad as bad:
        return bad


def read_documents(
    raw: bytes, read: Callable[[object], list[Read]], has_orders: Callable[[object], bool]
) -> list[Read]:
    """What `read` makes of every body in a file, with the line in the place of what cannot be read.

    A recorded exchange {"request", "status", "body"} stands for the shop's answer in it; answers that failed, or in
    which `has_orders` finds none, are passed over.
    """
    taken: list[Read] = []
    for place, body in documents(raw):
        if isinstance(body, Bad):
            taken.append(Unreadable(body.say, place))
        elif not _is_exchange(body):
            taken += [_placed(one, place) for one in read(body)]
        elif str(body["status"]).startswith("2") and has_orders(body["body"]):
            taken += [_placed(one, place) for one in read(body["body"])]
    return taken


def _is_exchange(body: object) -> TypeGuard[Mapping[str, object]]:
    return isinstance(body, Mapping) and {"request", "status", "body"} <= body.keys()


def _placed(one: Read, place: str) -> Read:
    if place and isinstance(one, Unreadable):
        return Unreadable(one.say, f"{place}: {one.where}" if one.where else place, one.ref)
    return one
