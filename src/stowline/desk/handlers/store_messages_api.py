"""How a store tells of a kind, for programs: read it, say it."""

from typing import Any

import msgspec
from litestar import Controller, get, put
from litestar.params import FromPath, RawBody

from stowline.core import db, web
from stowline.core.errors import Refused
from stowline.core.fields import Bad, whole
from stowline.desk import policy_forms as forms
from stowline.desk.queries import store_messages as reads
from stowline.notifications import policies
from stowline.notifications.policy_rules import CHANNELS, Conditions, Policy
from stowline.stores import queries as stores

READ, WRITE = web.permission("orders.read"), web.permission("orders.write")


class ConditionsBody(msgspec.Struct):
    """What an order must be like; what is left out always holds. `least` as decimal text in the store's money."""

    least: str | None = None
    countries: list[str] = []
    tags: list[str] = []
    not_tags: list[str] = []
    first_order: bool | None = None


class PolicyBody(msgspec.Struct):
    """The whole policy of a kind. Times in seconds."""

    on: bool
    channels: list[str]
    expires_s: int
    delay_s: int = 0
    grace_s: int | None = None
    capped: bool = False
    quiet: bool = False
    urgent: bool = False
    conditions: ConditionsBody = msgspec.field(default_factory=ConditionsBody)


class StoreMessagesApi(Controller):
    """Policies of messages."""

    path = "/api/v1/stores/{key:str}/messages"

    @get("/{kind:str}", opt=READ, sync_to_thread=True)
    def policy(self, key: FromPath[str], kind: FromPath[str]) -> dict[str, Any]:
        """How the store tells of a kind."""
        with db.reading() as session:
            return reads.told(session, web.name(key), web.name(kind))

    @put("/{kind:str}", opt=WRITE, sync_to_thread=True)
    def change(self, key: FromPath[str], kind: FromPath[str], body: RawBody) -> dict[str, Any]:
        """Say how the store tells of a kind, from the next event on."""
        said, store, name = web.read_as(body, PolicyBody), web.name(key), web.name(kind)

        def save(session: db.Session) -> dict[str, Any]:
            found = stores.store_by_key(session, store)
            policies.known(session, found.id or 0, name)
            policies.set_policy(session, found.id or 0, name, _policy(said, found.currency))
            return reads.told(session, store, name)

        return db.run(save)


def _policy(said: PolicyBody, currency: str) -> Policy:
    unknown = [one for one in said.channels if one not in CHANNELS]
    if unknown:
        raise Refused(f"There is no channel {unknown[0][:40]}. Give {', '.join(CHANNELS)}.", where="channels")
    asked = said.conditions
    conditions = Conditions(
        least_minor=forms.least(asked.least or "", currency), countries=forms.country_codes(asked.countries[: forms.MOST_NAMED]),
        tags=forms.listed(asked.tags, "tags"), not_tags=forms.listed(asked.not_tags, "not_tags"), first_order=asked.first_order,
    )  # fmt: skip
    return Policy(on=said.on, channels=tuple(said.channels), delay_s=_time(said.delay_s, "delay_s"),
                  grace_s=None if said.grace_s is None else _time(said.grace_s, "grace_s"), expires_s=_time(said.expires_s, "expires_s"),
                  capped=said.capped, quiet=said.quiet, urgent=said.urgent, conditions=conditions)  # fmt: skip


def _time(seconds: int, name: str) -> int:
    try:
        return whole(seconds, name, what="The time", most=policies.LONGEST_DELAY)
    except Bad as bad:
        raise Refused(bad.say, where=name) from None
