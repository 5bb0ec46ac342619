"""Reading what comes in: JSON, forms, page sizes, addresses. What cannot be read is refused with a sentence."""

import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlsplit

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile

from stowline.core.errors import BadRequest

Shape = TypeVar("Shape")

PAGE_SIZE = 50
LARGEST_PAGE = 500
_DEEPEST = 64
_MOST_FIELDS = 1000
_LARGEST_FORM = 200_000
_AT = re.compile(r" - at `(?:key in )?\$\.?(?P<path>[^`]*)`$")
_KINDS = {
    "int": "a whole number", "float": "a number", "str": "text", "bool": "true or false", "null": "nothing",
    "array": "a list", "object": "an object", "datetime": "a time in RFC 3339", "decimal": "a decimal number",
}  # fmt: skip


def read_json(body: bytes) -> Any:  # noqa: ANN401  (any JSON value)
    """The JSON value in a body. Refuses what is no strict JSON: NaN, twin keys, broken UTF-8, deep nesting, NUL bytes.

    Raises `BadRequest`.
    """
    try:
        value = msgspec.json.decode(body)
        json.loads(body, object_pairs_hook=_no_twins, parse_float=str, parse_int=str)
    except RecursionError:
        raise BadRequest(f"The JSON is nested deeper than {_DEEPEST} levels. Send it flatter.") from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"The body is no valid JSON. {_json_hint(body, error)}") from None
    _refuse_depth(value)
    return value


def json_body(body: bytes) -> dict[str, Any]:
    """The JSON object in a body. Raises `BadRequest` for anything else."""
    value = read_json(body)
    if not isinstance(value, dict):
        raise BadRequest("The body must be one JSON object, { … }.")
    return value


def read_as(body: bytes, shape: type[Shape]) -> Shape:
    """The JSON body as a msgspec Struct (or any type msgspec knows). `BadRequest.where` names the field at fault."""
    try:
        return msgspec.convert(read_json(body), shape)
    except msgspec.ValidationError as error:
        raise _field_refusal(str(error)) from None


def _no_twins(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        counted = Counter(name for name, _ in pairs)
        twin = next(name for name, times in counted.items() if times > 1)
        raise BadRequest(f"The key {twin[:64]!r} stands twice in one object. Send it once.", where=twin[:64])
    return found


def _json_hint(body: bytes, error: Exception) -> str:
    if not body.strip():
        return "It is empty."
    if isinstance(error, UnicodeDecodeError):
        return "It is not UTF-8."
    if isinstance(error, msgspec.ValidationError):
        return "It holds a number that is out of range."
    at = re.search(r"byte (\d+)", str(error))
    return f"Look at byte {at.group(1)}." if at else "It ends too early, or holds a broken escape."


def _refuse_depth(value: object) -> None:
    level = [value]
    for _ in range(_DEEPEST):
        level = [inner for outer in level if isinstance(outer, dict | list) for inner in _inside(outer)]
        if not level:
            return
    raise BadRequest(f"The JSON is nested deeper than {_DEEPEST} levels. Send it flatter.")


def _inside(outer: dict[str, object] | list[object]) -> list[object]:
    return list(outer.values()) if isinstance(outer, dict) else outer


def _field_refusal(told: str) -> BadRequest:
    """Msgspec's words about a field, in ours: "lines[0].quantity must be a whole number, not text." """
    found = _AT.search(told)
    path = found.group("path") if found else ""
    words = told[: found.start()] if found else told
    if missing := re.fullmatch(r"Object missing required field `(.+)`", words):
        where = f"{path}.{missing.group(1)}".lstrip(".")
        return BadRequest(f"{where} is missing.", where=where)
    if unknown := re.fullmatch(r"Object contains unknown field `(.+)`", words):
        where = f"{path}.{unknown.group(1)}".lstrip(".")
        return BadRequest(f"{where} is not a field here.", where=where)
    name = path or "The body"
    if kinds := re.fullmatch(r"Expected `([^`]+)`, got `([^`]+)`", words):
        wanted = " or ".join(_KINDS.get(kind.strip(), kind.strip()) for kind in kinds.group(1).split("|"))
        got = _KINDS.get(kinds.group(2), kinds.group(2))
        return BadRequest(f"{name} must be {wanted}, not {got}.", where=path or None)
    return BadRequest(f"{name}: {words[:1].lower()}{words[1:].replace('`', '')}.", where=path or None)


def refuse_large(body: bytes) -> None:
    """Raise `BadRequest` where more is sent than a page of ours ever sends: reading it would cost seconds."""
    if len(body) > _LARGEST_FORM:
        raise BadRequest(f"The form is larger than {_LARGEST_FORM:,} bytes. Send less at a time.")


def read_form(body: bytes) -> dict[str, str]:
    """The fields of a URL-encoded form; of a field that stands twice, the last. Raises `BadRequest`."""
    return dict(_pairs(body))


def _pairs(body: bytes) -> list[tuple[str, str]]:
    refuse_large(body)
    try:
        return parse_qsl(body.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    except ValueError:
        say = f"The form cannot be read: it must be URL-encoded UTF-8 with at most {_MOST_FIELDS} fields."
        raise BadRequest(say) from None


def limit(request: Request[Any, Any, Any]) -> int:
    """`?limit=`: rows on a page, 50 unless told, at most 500. Raises `BadRequest` for junk."""
    raw = request.query_params.get("limit")
    if raw is None:
        return PAGE_SIZE
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10 and int(raw) >= 1):
        raise BadRequest(f"limit must be a whole number from 1 to {LARGEST_PAGE}.", where="limit")
    return min(int(raw), LARGEST_PAGE)


def local_path(raw: str | None) -> str | None:
    """The path if it leads to a page of our own, else None. For `?next=`: never a way to another site."""
    if not raw or not raw.startswith("/") or raw.startswith("//") or not raw.isprintable() or "\\" in raw:
        return None
    parts = urlsplit(raw)
    return raw if not parts.scheme and not parts.netloc else None


def seen(request: Request[Any, Any, Any]) -> str | None:
    """The page of ours that the person sees now, as an address: the one asked for, or the one a form stood on."""
    if request.method == "GET" and request.headers.get("hx-request") != "true":
        raw = request.scope.get("raw_path") or quote(request.url.path).encode()  # as sent: %2F in a name stays
        return local_path(raw.partition(b"?")[0].decode("latin-1") + (f"?{request.url.query}" if request.url.query else ""))
    try:
        parts = urlsplit(request.headers.get("hx-current-url") or request.headers.get("referer") or "")
    except ValueError:  # no address at all, such as "http://["
        return None
    return local_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def client_address(request: Request[Any, Any, Any]) -> str:
    """The address that the request came from, as the server in front tells it."""
    return request.client.host if request.client else "unknown"


def form_values(body: bytes, name: str) -> list[str]:
    """All values of a form field that may stand several times (check boxes). Raises `BadRequest`."""
    return [value for key, value in _pairs(body) if key == name]


def sent_file(values: Iterable[Any], largest: int) -> bytes:
    """The first file among a form's values that holds anything; empty where none does. See `sent_files`."""
    return next((content for _, content in sent_files(values, largest, most=1) if content), b"")


def sent_files(values: Iterable[Any], largest: int, *, most: int = 100) -> list[tuple[str, bytes]]:
    """(name, bytes) of each file among a form's values, each a value or a list of values; fields left empty are no files.

    Of a file one byte more than `largest` is read, of files one more than `most` are kept: enough to refuse them.
    """
    found: list[tuple[str, bytes]] = []
    for value in values:
        for one in value if isinstance(value, list) else [value]:
            if isinstance(one, UploadFile):
                content = one.file.read(largest + 1) if len(found) <= most else b""
                one.file.close()
                if content or (one.filename and len(found) <= most):
                    found.append((one.filename, content))
    return found
