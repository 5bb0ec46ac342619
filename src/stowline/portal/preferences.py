"""The preference centre as a person sees it: what is on, what was typed, and what a sent form changes."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import available_timezones

from sqlmodel import Session

from stowline.core import i18n
from stowline.core.errors import NotFound
from stowline.core.fields import Bad, text
from stowline.core.phones import e164
from stowline.notifications import consents, unsubscribe
from stowline.notifications import preferences as verbs
from stowline.notifications.preference_rules import NEWS, PERSONAL, Said, groups, is_fixed, is_marketing, is_on
from stowline.notifications.unsubscribe import Person
from stowline.orders import shoppers
from stowline.portal import pages
from stowline.portal.pages import AnyRequest
from stowline.portal.reader import Reader, words_dir
from stowline.stores import queries as stores
from stowline.stores.queries import Store

View = dict[str, Any]
SOURCE = "preference centre"
EVIDENCE = "the signed link of this address"


@dataclass(frozen=True, slots=True)
class Visit:
    """A person at the page: their store, how they read, and the country (ISO 3166) of their last order."""

    person: Person
    store: Store
    reader: Reader
    country: str


def visit(request: AnyRequest, session: Session, person: Person) -> Visit:
    """Who comes. Raises NotFound where the store is gone."""
    store = next((one for one in stores.all_stores(session) if one.id == person.store_id), None)
    if store is None:
        raise NotFound("There is no such store.")
    own = verbs.reader(session, person.store_id, person.address)
    last = shoppers.last_order(session, person.store_id, person.address)
    locale, zone = (last.locale, last.time_zone) if last else (store.locale, store.time_zone)
    reader = pages.reader(request, own.locale or locale, own.time_zone or zone)
    return Visit(person, store, reader, last.country if last else "")


def masked(address: str) -> str:
    """ "in•••@example.test": enough for its owner, too little for whoever a mail was passed on to."""
    name, _, domain = address.rpartition("@")
    return f"{name[:2] if len(name) > 3 else name[:1]}•••@{domain}"


# --- what is shown ----------------------------------------------------------------------------------------------------


def view(session: Session, here: Visit, typed: Mapping[str, str] | None = None) -> View:
    """All that the page shows; `typed` is a refused form."""
    person, say = here.person, here.reader.say
    offered, standing = verbs.offered(session, person.store_id), verbs.standing(session, person.store_id, person.address)
    ways = [way for way in ("email", "sms", "whatsapp", "push") if any(way in some for some in offered.values())]
    tables = [_table(name, kinds, ways, offered, standing, here) for name, kinds in groups().items()]
    return {
        "headline": say("preferences.headline"), "say": say("preferences.say", address=masked(person.address), store=here.store.name),
        "ways": [{"name": way, "label": say(f"preferences.way.{way}")} for way in ways], "tables": tables,
        "shown": " ".join(cell["value"] for table in tables for row in table["rows"] for cell in row["cells"] if cell and not cell["fixed"]),
        "stop": _gets_news(standing), **_typed(session, here, ways, typed or {}),
    }  # fmt: skip


def _table(
    name: str, kinds: list[str], ways: list[str], offered: Mapping[str, tuple[str, ...]], standing: Mapping[str, Said], here: Visit
) -> View:
    say = here.reader.say
    rows: list[View] = []
    for kind in kinds:
        label = say(f"preferences.kind.{kind}")
        cells = [_cell(kind, way, standing[kind], say(f"preferences.way.{way}"), label) if way in offered.get(kind, ()) else None for way in ways]
        rows.append({"label": label, "say": say(f"preferences.kind_say.{kind}"), "cells": cells})
    note = consent_text(here, ways) if name == NEWS else ""
    owed = any(cell and cell["fixed"] for row in rows for cell in row["cells"])
    return {"id": name, "title": say(f"preferences.group.{name}"), "rows": rows, "note": note, "owed": say("preferences.owed") if owed else ""}


def _cell(kind: str, way: str, said: Said, way_label: str, label: str) -> View:
    return {"value": f"{kind}.{way}", "on": is_on(kind, way, said), "fixed": is_fixed(kind, way, said), "label": f"{label}: {way_label}", "way": way_label}


def _gets_news(standing: Mapping[str, Said]) -> bool:
    """Whether anything of marketing may come to this person."""
    said = next(iter(standing.values()), Said())
    return any(said.consent.values()) or (said.own_customer and said.consent.get("email") is None)


def consent_text(here: Visit, ways: Iterable[str]) -> str:
    """The sentence by which a person agrees to marketing, word for word as it is shown and kept."""
    named = [here.reader.say(f"preferences.by.{way}") for way in ways]
    return here.reader.say("preferences.consent", store=here.store.name, ways=" / ".join(named))


def _typed(session: Session, here: Visit, ways: list[str], typed: Mapping[str, str]) -> View:
    """The fields below the tables, as they were typed or as they are kept."""
    own, say = verbs.reader(session, here.person.store_id, here.person.address), here.reader.say
    locale = typed.get("locale", own.locale)
    names = [("", say("preferences.as_ordered"))] + [(one, i18n.words(words_dir(), one).text("page.language")) for one in i18n.locales(words_dir())]
    has_phone = any(way in PERSONAL for way in ways)
    return {
        "spoken": [{"value": value, "label": label, "chosen": value == locale} for value, label in names],
        "zone": typed.get("zone", own.time_zone), "zone_known": here.reader.zone, "zones": sorted(available_timezones()),
        "quiet_from": typed.get("quiet_from", _clock(own.quiet_from)), "quiet_to": typed.get("quiet_to", _clock(own.quiet_to)),
        "phone": typed.get("phone", own.phone) if has_phone else None,
        "phone_say": say("preferences.phone_own" if own.own_phone else "preferences.phone_not_yet") if own.phone else "",
    }  # fmt: skip


def _clock(minutes: int | None) -> str:
    return "" if minutes is None else f"{minutes // 60:02d}:{minutes % 60:02d}"


# --- what a sent form changes -----------------------------------------------------------------------------------------


def save(session: Session, here: Visit, form: Mapping[str, str], on: Iterable[str]) -> bool:
    """Keep what the form says; whether that changed anything. Only what the page showed is changed. Raises Bad."""
    person = here.person
    reads = _reader(session, here, form)
    offered, before = verbs.offered(session, person.store_id), verbs.standing(session, person.store_id, person.address)
    shown, marked = set(form.get("shown", "").split()), set(on)
    asked = {(kind, way): f"{kind}.{way}" in marked for kind, ways in offered.items() for way in ways if f"{kind}.{way}" in shown}
    changed = verbs.set_reader(session, person.store_id, person.address, reads)
    service = {(kind, way): wants for (kind, way), wants in asked.items()
               if not is_marketing(kind) and wants is not is_on(kind, way, before[kind])}  # fmt: skip
    changed |= bool(verbs.choose(session, person.store_id, person.address, service))
    for way in sorted({way for kind, way in asked if is_marketing(kind)}):
        changed |= _save_marketing(session, here, way, {kind: wants for (kind, one), wants in asked.items() if one == way and is_marketing(kind)}, before)
    return changed


def _save_marketing(session: Session, here: Visit, way: str, asked: Mapping[str, bool], before: Mapping[str, Said]) -> bool:
    """Marketing by one way. The first that is switched on is consent, and the last that is switched off takes it back;
    what was left as it was is neither.
    """
    person, was = here.person, {kind: is_on(kind, way, before[kind]) for kind in asked}
    if dict(asked) == was:
        return False
    ways = [one for one in ("email", "sms", "whatsapp", "push") if any(one in some for some in verbs.offered(session, person.store_id).values())]
    if not any(asked.values()):
        text_shown = here.reader.say("preferences.switched_off", store=here.store.name, way=here.reader.say(f"preferences.by.{way}"))
        return consents.record(session, person.store_id, person.address, way, given=False, text=text_shown, source=SOURCE, evidence=EVIDENCE)
    changed = bool(verbs.choose(session, person.store_id, person.address, {(kind, way): wants for kind, wants in asked.items()}))
    if not any(was.values()):
        said = consent_text(here, ways)
        changed |= consents.record(session, person.store_id, person.address, way, given=True, text=said, source=SOURCE, evidence=EVIDENCE)
    return changed


def stop(session: Session, here: Visit) -> None:
    """No more marketing by any way."""
    unsubscribe.stop_marketing(session, here.person.store_id, here.person.address, source=SOURCE, evidence=EVIDENCE,
                               text=here.reader.say("preferences.stop_say", store=here.store.name))  # fmt: skip


def _reader(session: Session, here: Visit, form: Mapping[str, str]) -> verbs.Reader:
    """How the person wants to read, from the form. Raises Bad, in the person's language, with the field's name."""
    kept, say = verbs.reader(session, here.person.store_id, here.person.address), here.reader.say
    locale, zone = text(form.get("locale", kept.locale), "locale"), text(form.get("zone", kept.time_zone), "zone")
    if locale and locale not in i18n.locales(words_dir()):
        raise Bad(say("preferences.bad_language"), "locale")
    if zone and zone not in available_timezones():
        raise Bad(say("preferences.bad_zone"), "zone")
    said = {"quiet_from": _clock(kept.quiet_from), "quiet_to": _clock(kept.quiet_to)} | dict(form)
    quiet = [_minutes(said[name], name, say("preferences.bad_time")) for name in ("quiet_from", "quiet_to")]
    if (quiet[0] is None) != (quiet[1] is None):
        raise Bad(say("preferences.bad_quiet"), "quiet_to" if quiet[1] is None else "quiet_from")
    phone = kept.phone
    if "phone" in form:
        try:
            phone = e164(form["phone"], "phone", country=here.country)
        except Bad:
            raise Bad(say("preferences.bad_phone"), "phone") from None
    return replace(kept, locale=locale, time_zone=zone, quiet_from=quiet[0], quiet_to=quiet[1], phone=phone)


def _minutes(said: str, where: str, wrong: str) -> int | None:
    """Minutes of the day of "22:00"; browsers send it so, some with seconds."""
    if not said.strip():
        return None
    hours, _, rest = said.strip().partition(":")
    minutes = rest.partition(":")[0]
    if not (hours.isascii() and minutes.isascii() and hours.isdigit() and minutes.isdigit() and len(said) <= 8):
        raise Bad(wrong, where)
    at = int(hours) * 60 + int(minutes)
    if int(minutes) > 59 or at >= 24 * 60:
        raise Bad(wrong, where)
    return at
