"""What people want to hear, how and when. A person is a store and an e-mail address, casefolded.

The rest of the room asks three questions: may this kind go by this way (`refuses`), how does the person read
(`reader`), and where do they get messages of this way (`address_for`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlmodel import Session, col, select

from stowline.core import clock
from stowline.notifications import consents, policies
from stowline.notifications import preference_rules as rules
from stowline.notifications.preference_models import Preference, ReaderRow
from stowline.notifications.preference_rules import PERSONAL, Said, plain
from stowline.orders import shoppers


@dataclass(frozen=True, slots=True)
class Reader:
    """How a person reads: '' and None for what was not said. Quiet hours in minutes of the day, the telephone in E.164."""

    locale: str = ""
    time_zone: str = ""
    quiet_from: int | None = None
    quiet_to: int | None = None
    phone: str = ""
    own_phone: bool = False


# --- what the rest of the room asks -----------------------------------------------------------------------------------


def refuses(session: Session, store_id: int | None, address: str, kind: str, channel: str, known: Reader | None = None) -> str:
    """Why this kind must not go to this person by this channel; empty if it may. A telephone number stands for whoever
    gave it: where several did, one who refuses is enough. `known`: how the person with this e-mail address reads.
    """
    if store_id is None or channel in rules.ALWAYS:
        return ""
    known = known if "@" in address else None
    whys = [
        rules.refusal(kind, channel, said(session, store_id, one, kind, known)) for one in _whose(session, store_id, address)
    ]
    return next((why for why in whys if why), "")


def reader(session: Session, store_id: int | None, address: str) -> Reader:
    """How this person reads."""
    row = _row(session, store_id, address) if store_id is not None else None
    if row is None:
        return Reader()
    return Reader(row.locale, row.time_zone, row.quiet_from, row.quiet_to, row.phone, bool(row.verified_by))


def readers(session: Session, store_id: int, addresses: Sequence[str]) -> tuple[dict[str, Reader], set[str]]:
    """How these people of a store read, by address; and which of them ever said what they want."""
    rows = session.exec(select(ReaderRow).where(ReaderRow.store_id == store_id, col(ReaderRow.address).in_(addresses)))
    known = {row.address: Reader(row.locale, row.time_zone, row.quiet_from, row.quiet_to, row.phone, bool(row.verified_by)) for row in rows}
    said = session.exec(select(Preference.address).where(Preference.store_id == store_id, col(Preference.address).in_(addresses)).distinct())
    return known, set(said)


def address_for(session: Session, store_id: int | None, email: str, channel: str) -> str:
    """Where this person gets messages of this channel; empty where nothing is known."""
    if channel in ("email", "in-app"):
        return email.strip()
    return reader(session, store_id, email).phone if channel in PERSONAL else ""


def said(session: Session, store_id: int, address: str, kind: str, known: Reader | None = None) -> Said:
    """All that decides about one kind for one person; of consent only where the kind needs it."""
    wanted = {channel: wanted for (_, channel), wanted in chosen(session, store_id, address, [kind]).items()}
    own_phone = (known or reader(session, store_id, address)).own_phone
    if not rules.is_marketing(kind):
        return Said(wanted=wanted, own_phone=own_phone)
    given = {channel: row.given for channel, row in consents.standing(session, store_id, address).items()}
    own = consents.soft_opt_in(session, store_id) and shoppers.has_ordered(session, store_id, plain(address))
    return Said(wanted=wanted, consent=given, own_customer=own, own_phone=own_phone)


def offered(session: Session, store_id: int) -> dict[str, tuple[str, ...]]:
    """The ways among which a person of this store may choose, by kind."""
    told = policies.all_of(session, store_id)
    return {kind: tuple(way for way in rules.CHOSEN if way in told[kind].channels or way == "email")
            for kinds in rules.groups().values() for kind in kinds if kind in told}  # fmt: skip


def standing(session: Session, store_id: int, address: str) -> dict[str, Said]:
    """All that decides about every kind for one person, by kind."""
    found = chosen(session, store_id, address)
    base = said(session, store_id, address, "")
    return {kind: replace(base, wanted={way: wants for (one, way), wants in found.items() if one == kind})
            for kinds in rules.groups().values() for kind in kinds}  # fmt: skip


def _whose(session: Session, store_id: int, address: str) -> list[str]:
    if "@" in address:
        return [plain(address)]
    query = (
        select(ReaderRow.address).where(ReaderRow.store_id == store_id, ReaderRow.phone == address.strip()).limit(20)
    )
    return list(session.exec(query)) or [plain(address)]


# --- what a person said -----------------------------------------------------------------------------------------------


def chosen(
    session: Session, store_id: int, address: str, kinds: list[str] | None = None
) -> dict[tuple[str, str], bool]:
    """What a person said of each (kind, channel); those that were never touched are not in it."""
    query = select(Preference).where(Preference.store_id == store_id, Preference.address == plain(address))
    if kinds is not None:
        query = query.where(col(Preference.kind).in_(kinds))
    return {(row.kind, row.channel): row.wanted for row in session.exec(query)}


def choose(session: Session, store_id: int, address: str, wanted: Mapping[tuple[str, str], bool]) -> int:
    """Keep what a person wants, by (kind, channel): how many of them changed."""
    query = select(Preference).where(Preference.store_id == store_id, Preference.address == plain(address))
    rows = {(row.kind, row.channel): row for row in session.exec(query)}
    changed = 0
    for (kind, channel), wants in wanted.items():
        row = rows.get((kind, channel))
        if row is not None and row.wanted is wants:
            continue
        row = row or Preference(
            store_id=store_id, address=plain(address), kind=kind, channel=channel, wanted=wants, at=clock.now()
        )
        row.wanted, row.at = wants, clock.now()
        session.add(row)
        changed += 1
    session.flush()
    return changed


def set_reader(session: Session, store_id: int, address: str, said: Reader) -> bool:
    """Keep how a person reads; whether that changed anything. A new number is nobody's own until somebody made sure."""
    row = _row(session, store_id, address) or ReaderRow(
        store_id=store_id, address=plain(address), changed_at=clock.now()
    )
    before = (row.locale, row.time_zone, row.quiet_from, row.quiet_to, row.phone)
    after = (said.locale, said.time_zone, said.quiet_from, said.quiet_to, said.phone)
    if before == after:
        return False
    if row.phone != said.phone:
        row.verified_at, row.verified_by = None, ""
    row.locale, row.time_zone, row.quiet_from, row.quiet_to, row.phone = after
    row.changed_at = clock.now()
    session.add(row)
    session.flush()
    return True


def confirm_phone(session: Session, store_id: int, address: str, by: str) -> bool:
    """Somebody made sure that the number is the person's own; whether there was one to make sure of."""
    row = _row(session, store_id, address)
    if row is None or not row.phone or row.verified_by:
        return False
    row.verified_at, row.verified_by = clock.now(), by[:120]
    session.add(row)
    session.flush()
    return True


def _row(session: Session, store_id: int, address: str) -> ReaderRow | None:
    query = select(ReaderRow).where(ReaderRow.store_id == store_id, ReaderRow.address == plain(address))
    return session.exec(query.execution_options(populate_existing=True)).one_or_none()
