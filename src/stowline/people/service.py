"""Verbs on staff and tokens: add, change, take away. Each leaves a line in the audit. Sign-in stands in `signin.py`."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import select, update
from sqlmodel import Session, col

from stowline.core import clock, fields
from stowline.core.access import TOKENS
from stowline.core.db import after_commit
from stowline.core.errors import Conflict, NotFound, Refused
from stowline.core.ids import fingerprint, new_secret
from stowline.people import passwords, queries, rules
from stowline.people.models import ApiToken, Audit, StaffSession, User
from stowline.people.queries import Person

SYSTEM = "command line"


def note(session: Session, who: str, what: str, detail: str = "") -> None:
    """Write a line into the audit."""
    session.add(Audit(at=clock.now(), who=who[:160], what=what[:60], detail=detail[:400]))


def add_user(
    session: Session,
    *,
    name: str,
    roles: Iterable[str],
    email: str | None = None,
    password: str | None = None,
    badge: str | None = None,
    pin: str | None = None,
    by: str = SYSTEM,
) -> Person:
    """A new member of staff. Raises `Bad` or `Refused` for unfit values, `Conflict` for a taken e-mail or badge."""
    user = User(name=_name(name), roles=_roles(roles), created_at=clock.now())
    user.email = _free_email(session, email)
    user.password_hash = passwords.hashed(_fit_password(password)) if password else None
    user.badge = _free_badge(session, badge)
    user.pin_hash = passwords.hashed(_fit_pin(pin)) if pin else None
    if not (user.email and user.password_hash) and not (user.badge and user.pin_hash):
        say = f"{user.name} could not sign in. Give an e-mail address with a password, or a badge with a PIN."
        raise Refused(say, code="no_way_in", where="email")
    session.add(user)
    session.flush()
    note(session, by, "user added", f"{user.id}, {user.name}: {user.roles}")
    return queries.person(user)


def change_roles(session: Session, user_id: int, roles: Iterable[str], *, by: str) -> None:
    """Give exactly these roles. The last admin keeps being one. Takes effect at the person's next request."""
    user, names = _user(session, user_id), _roles(roles)
    if "admin" not in names.split():
        _keep_an_admin(session, user)
    user.roles = names
    note(session, by, "roles changed", f"{user.name}: {names}")


def change_password(session: Session, user_id: int, password: str, *, by: str) -> None:
    """A new password; every session of the person ends."""
    user = _user(session, user_id)
    user.password_hash = passwords.hashed(_fit_password(password))
    note(session, by, "password changed", user.name)
    revoke_sessions_of(session, user_id, by=by)


def change_badge(session: Session, user_id: int, badge: str | None, pin: str | None, *, by: str) -> None:
    """A new badge and PIN; an empty badge takes the way in by badge away, an empty PIN keeps the one there is.

    A changed badge or PIN ends every session of the person.
    """
    user = _user(session, user_id)
    user.badge = _free_badge(session, badge, besides=user_id)
    if user.badge is None:
        user.pin_hash = None
    elif pin:
        user.pin_hash = passwords.hashed(_fit_pin(pin))
    elif user.pin_hash is None:
        raise Refused("A badge needs a PIN. Choose 4 to 8 digits.", code="bad_pin", where="pin")
    note(session, by, "badge changed", f"{user.name}: {user.badge or 'no badge'}")
    revoke_sessions_of(session, user_id, by=by)


def deactivate(session: Session, user_id: int, *, by: str) -> None:
    """The person can no longer sign in, and every session ends. Their name stays on what they did."""
    user = _user(session, user_id)
    _keep_an_admin(session, user)
    user.active = False
    note(session, by, "user deactivated", user.name)
    revoke_sessions_of(session, user_id, by=by)


def activate(session: Session, user_id: int, *, by: str) -> None:
    """The person may sign in again."""
    user = _user(session, user_id)
    user.active = True
    note(session, by, "user activated", user.name)


def revoke_session(session: Session, session_id: int, *, by: str) -> None:
    """End one session now. Ending it twice is fine."""
    row = session.get(StaffSession, session_id)
    if row is None:
        raise NotFound("There is no such session.")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        note(session, by, "session revoked", f"{session_id} of user {row.user_id}")


def revoke_sessions_of(session: Session, user_id: int, *, by: str) -> int:
    """End every session of a person now; how many there were."""
    live = (col(StaffSession.user_id) == user_id, col(StaffSession.revoked_at).is_(None))
    done: Any = session.execute(update(StaffSession).where(*live).values(revoked_at=clock.now()))
    if done.rowcount:
        note(session, by, "sessions revoked", f"{done.rowcount} of user {user_id}")
    return int(done.rowcount)


def add_token(session: Session, name: str, scopes: Iterable[str], *, by: str = SYSTEM, made_by: int | None = None) -> str:
    """A new API token; the secret, `stl_…`, is told this once and stored as a hash only. `made_by` is the number of the
    person who makes it, if one does.
    """
    called = fields.text(name, "name", what="The token's name", longest=120, needed=True)
    secret = new_secret("stl_")
    wanted = _known(scopes, rules.SCOPES, "scope")
    session.add(ApiToken(name=called, secret_hash=fingerprint(secret), scopes=wanted, created_at=clock.now(), made_by=made_by))
    note(session, by, "token added", f"{called}: {wanted}")
    return secret


def revoke_token(session: Session, token_id: int, *, by: str) -> None:
    """End a token: here at once, in every other process within 5 seconds."""
    row = session.get(ApiToken, token_id)
    if row is None:
        raise NotFound("There is no such token.")
    if row.revoked_at is None:
        row.revoked_at = clock.now()
        note(session, by, "token revoked", row.name)
    after_commit(session, TOKENS.clear)


def find_user(session: Session, email_or_name: str) -> Person:
    """The one person with that e-mail address, badge or name; for the command line. Raises `NotFound` or `Conflict`."""
    wanted = email_or_name.strip()
    same = (col(User.email) == wanted.lower()) | (col(User.badge) == wanted) | (col(User.name) == wanted)
    found = list(session.scalars(select(User).where(same).limit(2)))
    if not found:
        raise NotFound(f"Nobody here is called {fields.shown(wanted)}.")
    if len(found) > 1:
        raise Conflict(f"Several people are called {fields.shown(wanted)}. Name the e-mail address or badge.")
    return queries.person(found[0])


# ---------------------------------------------------------------- values


def _user(session: Session, user_id: int) -> User:
    user = session.get(User, user_id)
    if user is None:
        raise NotFound("There is nobody with that number.")
    return user


def _keep_an_admin(session: Session, user: User) -> None:
    if "admin" in user.roles.split() and user.active and not queries.admins_left(session, without=user.id or 0):
        raise Conflict(f"{user.name} is the last admin. Make somebody else an admin first.")


def _name(name: str) -> str:
    return fields.text(name, "name", what="The name", longest=120, needed=True)


def _roles(roles: Iterable[str]) -> str:
    return _known(roles, rules.ROLES, "role")


def _known(names: Iterable[str], known: dict[str, frozenset[str]], what: str) -> str:
    given = [name.strip() for name in names if name.strip()]
    unknown = [name for name in given if name not in known]
    if unknown or not given:
        say = f"{fields.shown(unknown[0])} is no {what}. " if unknown else f"Name at least one {what}. "
        raise Refused(f"{say}There are: {', '.join(known)}.", code=f"bad_{what}", where=f"{what}s")
    return " ".join(name for name in known if name in given)


def _free_email(session: Session, email: str | None) -> str | None:
    wanted = fields.email(email or "", "email").lower() or None
    if wanted and session.scalar(select(col(User.id)).where(col(User.email) == wanted)):
        raise Conflict(f"{wanted} belongs to somebody already.", where="email")
    return wanted


def _free_badge(session: Session, badge: str | None, besides: int | None = None) -> str | None:
    wanted = fields.text(badge or "", "badge", what="The badge", longest=64) or None
    if wanted is None:
        return None
    if session.scalar(select(col(User.id)).where(col(User.badge) == wanted, col(User.id).is_distinct_from(besides))):
        raise Conflict(f"Badge {wanted} belongs to somebody already. Give another one.", where="badge")
    return wanted


def _fit_password(password: str) -> str:
    least, most = rules.PASSWORD_LENGTH
    if not least <= len(password) <= most or "\x00" in password:
        say = f"A password has {least} to {most} characters. Choose another one."
        raise Refused(say, code="bad_password", where="password")
    return password


def _fit_pin(pin: str) -> str:
    if not rules.pin_is_fit(pin):
        raise Refused("A PIN has 4 to 8 digits that are not all the same.", code="bad_pin", where="pin")
    return pin
