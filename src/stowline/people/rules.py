"""Who may do what, and how long and how often: plain decisions on plain values."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

FLOOR = frozenset({"floor.scan", "floor.receive", "floor.move", "floor.adjust", "floor.count", "floor.pick", "floor.pack", "floor.handover"})
DESK = frozenset({
    "orders.read", "orders.write", "stock.read", "stock.write", "stock.approve", "stock.release", "products.read", "products.write",
    "receiving.read", "receiving.write", "messages.read", "intake.read", "intake.write", "checks.read", "checks.run",
})  # fmt: skip
STAFF = frozenset({"people.manage"})
PRIVACY = frozenset({"privacy.manage"})

PERMISSIONS = FLOOR | DESK | STAFF | PRIVACY
"""Every permission there is. A route that names another one stops the start."""

ROLES: dict[str, frozenset[str]] = {
    "picker": frozenset({"floor.scan", "floor.move", "floor.adjust", "floor.count", "floor.pick"}),
    "packer": frozenset({"floor.scan", "floor.adjust", "floor.pack", "floor.handover"}),
    "receiver": frozenset({"floor.scan", "floor.move", "floor.adjust", "floor.count", "floor.receive"}),
    "manager": FLOOR | DESK | PRIVACY,
    "admin": PERMISSIONS,
}
SCOPES: dict[str, frozenset[str]] = {"scan": FLOOR, "api": DESK, "admin": PERMISSIONS}

PASSWORD_LENGTH = (8, 200)
PIN_DIGITS = (4, 8)
PASSWORD_SESSION = timedelta(days=7)
BADGE_SESSION = timedelta(hours=14)
"""A badge session ends by itself after the longest shift; a shared tablet is no personal device."""

WINDOW = timedelta(minutes=15)
TRIES_FROM_ONE_ADDRESS = 5
TRIES_FROM_ANYWHERE = 30
UNKNOWN_BADGES = 30
"""Badges nobody has, scanned from one address within the window: far more than a slip of the hand."""

SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed tries for one account within the window: when those from the asker's address were, and from anywhere."""

    here: tuple[datetime, ...] = ()
    anywhere: tuple[datetime, ...] = ()


def permissions_of_roles(roles: Iterable[str]) -> frozenset[str]:
    """What a person with these roles may do."""
    return frozenset().union(*(ROLES[role] for role in roles if role in ROLES))


def permissions_of_scopes(scopes: Iterable[str]) -> frozenset[str]:
    """What a program with these scopes may do."""
    return frozenset().union(*(SCOPES[scope] for scope in scopes if scope in SCOPES))


def wait_s(failures: Failures, now: datetime, *, here: int = TRIES_FROM_ONE_ADDRESS) -> int:
    """Seconds until the next try is allowed, 0 if it is allowed now: `here` tries a window from one address."""
    return max(_until(failures.here, here, now), _until(failures.anywhere, TRIES_FROM_ANYWHERE, now))


def _until(tries: tuple[datetime, ...], most: int, now: datetime) -> int:
    recent = sorted(at for at in tries if at > now - WINDOW)
    if len(recent) < most:
        return 0
    return int((recent[-most] + WINDOW - now).total_seconds()) + 1


def home(permissions: frozenset[str]) -> str:
    """Where a person lands after sign-in: managers at the overview, everybody else on the floor."""
    return "/today" if "orders.read" in permissions else "/floor"


def landing(permissions: frozenset[str], wanted: str | None) -> str:
    """Where sign-in leads: to the page that was wanted, unless it is a managers' page and this is no manager."""
    own = home(permissions)
    return wanted if wanted and (own == "/today" or wanted.startswith("/floor")) else own


def pin_is_fit(pin: str) -> bool:
    """Four to eight digits, and not all the same."""
    least, most = PIN_DIGITS
    return pin.isascii() and pin.isdigit() and least <= len(pin) <= most and len(set(pin)) > 1


def short_name(name: str) -> str:
    """A name as it may stand on a screen that anybody can see: "Maja K." """
    first, *rest = name.split() or [name]
    return f"{first} {rest[-1][:1]}." if rest else first
