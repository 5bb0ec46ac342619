"""Scans, tasks, and what every call may answer."""

from datetime import datetime
from typing import Any, Literal

from msgspec import UNSET, Struct, UnsetType


class Error(Struct):
    """What is wrong, and what to do. `where` names the field at fault."""

    error: str
    say: str
    where: str | None


class Ok(Struct):
    """All is well."""

    ok: bool


class NotReady(Struct):
    """The process answers, its database does not."""

    ok: bool
    say: str


class Scan(Struct):
    """A scan, made on the device that sends it. The same `scan_id` again is answered as the first time."""

    scan_id: str
    task: str
    code: str
    quantity: int = 1
    scanned_at: datetime | None = None
    device: str | None = None
    kind: str | None = None


class Choice(Struct):
    """One meaning of a code that has several; the next scan carries its kind."""

    kind: str
    ref: str
    label: str


class Reply(Struct):
    """What a scan did: 200 accepted, 422 refused, 409 conflict. `next` says what the task wants now."""

    scan_id: str
    fate: Literal["accepted", "refused", "conflict"]
    duplicate: bool
    say: str
    next: dict[str, Any] | None
    task: dict[str, Any] | None
    choices: list[Choice] | UnsetType = UNSET


class Scans(Struct):
    """Scans in order, at most 500."""

    scans: list[Scan]


class Replies(Struct):
    """Their replies, up to the first that was not accepted."""

    replies: list[Reply]
    stopped_at: int | None


class Task(Struct):
    """Work, what it wants next, and who holds it until when."""

    task: str
    kind: str
    say: str
    next: dict[str, Any]
    holder: str | None
    until: datetime | None
    urgent: bool


class TaskPage(Struct):
    """A page of tasks."""

    items: list[Task]
    next: str | None


class Lease(Struct):
    """Who takes a task, where the header X-Worker does not say."""

    device: str = ""


class Leased(Struct):
    """A task that is yours until then, unless you scan and it is yours longer."""

    task: str
    next: dict[str, Any]
    until: datetime


class Nothing(Struct):
    """An empty object: the address says it all."""
