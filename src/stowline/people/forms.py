"""What people type or scan to show who they are, and what admins fill in: HTTP input -> typed values."""

import re
from dataclasses import dataclass
from typing import Any

from litestar import Request

from stowline.core import fields, ids, web
from stowline.people import rules


@dataclass(frozen=True, slots=True)
class Password:
    """Sign-in at a desk."""

    email: str
    password: str
    next: str | None


@dataclass(frozen=True, slots=True)
class Pin:
    """The second step at a tablet. `typed_on` is True while a key of the pad was pressed that does not sign in."""

    badge: str
    pin: str
    typed_on: bool
    next: str | None


def sent(request: Request[Any, Any, Any], body: bytes) -> dict[str, Any]:
    """The fields of a form, or of a JSON object where that was sent: a small one, for anybody may send it."""
    web.refuse_large(body)
    return web.json_body(body) if request.content_type[0] == "application/json" else web.read_form(body)


def password(given: dict[str, Any]) -> Password:
    """E-mail address and password; whether they are right is not decided here."""
    secret = given.get("password")
    return Password(
        email=fields.text(given.get("email"), "email", what="The e-mail address", longest=254, needed=True),
        password=secret if isinstance(secret, str) else "",
        next=next_page(given),
    )


def badge(given: dict[str, Any]) -> str:
    """The code on a badge, as scanned."""
    return fields.text(given.get("badge"), "badge", what="The badge", longest=64, needed=True)


def pin(given: dict[str, Any]) -> Pin:
    """The PIN so far and the key that was pressed: a digit, `clear`, `back`, or none to sign in."""
    typed, key = str(given.get("pin") or "")[:20], str(given.get("key") or "")
    typed_on = key in {"clear", "back"} or (len(key) == 1 and key in "0123456789")
    return Pin(badge(given), _after_key(typed, key) if typed_on else typed, typed_on, next_page(given))


def _after_key(typed: str, key: str) -> str:
    if key == "clear":
        return ""
    return typed[:-1] if key == "back" else (typed + key)[: rules.PIN_DIGITS[1]]


def next_page(given: dict[str, Any]) -> str | None:
    """Where to go after sign-in; only a path of our own."""
    wanted = given.get("next")
    return web.local_path(wanted) if isinstance(wanted, str) else None


DEVICE_COOKIE = "stowline_device"
_CODE = re.compile(f"[{ids.CLEAR}]{{6}}")
_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"),
             ("CriOS", "Chrome"), ("Chrome", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("CrOS", "ChromeOS"),
            ("Mac OS X", "macOS"), ("Linux", "Linux"))  # fmt: skip


def device_code(request: Request[Any, Any, Any]) -> str:
    """What tells this device from others of its kind: the code it was given when somebody first signed in on it."""
    kept = request.cookies.get(DEVICE_COOKIE, "")
    return kept if _CODE.fullmatch(kept) else ids.new_code(6)


def device(request: Request[Any, Any, Any], code: str) -> str:
    """How records name a device, within 80 characters: "Chrome on Android, K7QM2P"."""
    said = "".join(char for char in request.headers.get("user-agent", "") if char.isprintable())
    browser = next((name for mark, name in _BROWSERS if mark in said), said.partition("/")[0].strip()[:40] or "unknown device")
    system = next((f" on {name}" for mark, name in _SYSTEMS if mark in said), "")
    return f"{browser}{system}, {code}"


def new_user(body: bytes) -> dict[str, Any]:
    """What the form for a new person sends, as `service.add_user` takes it."""
    form = web.read_form(body)
    given = {name: form.get(name) or None for name in ("email", "password", "badge", "pin")}
    return {"name": form.get("name", ""), "roles": web.form_values(body, "roles"), **given}
