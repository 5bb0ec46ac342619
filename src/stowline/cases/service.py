"""Verbs of snippets and tags."""

import re

import sqlalchemy as sa
from sqlmodel import Session, select

from stowline.cases import queries, rules
from stowline.cases.models import Snippet, Tag
from stowline.core import clock
from stowline.core.errors import Refused

LONGEST = 4000
_KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_LOCALE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")
_tags = Tag.__table__  # type: ignore[attr-defined]


def save_snippet(session: Session, *, key: str, locale: str, title: str, text: str, who: str, public: bool = False) -> Snippet:
    """Write a snippet, or write it anew under its key and language. Raises Refused for a text that could not be filled."""
    if not _KEY.fullmatch(key):
        raise Refused("A key is 1 to 40 small letters, digits and hyphens.", where="key")
    if not _LOCALE.fullmatch(locale) or len(locale) > 12:
        raise Refused("A language is written as en, de or zh-Hant.", where="locale")
    if not text or len(text) > LONGEST:
        raise Refused(f"A snippet has 1 to {LONGEST:,} characters.", where="text")
    if public and (no := rules.faults_in_public(text)):
        raise Refused(" ".join(no), where="text")
    if faults := rules.faults(text):
        raise Refused(f"{' '.join(faults)} Known are {', '.join(rules.PLACEHOLDERS)}.", where="text")
    found = session.exec(select(Snippet).where(Snippet.key == key, Snippet.locale == locale).with_for_update()).one_or_none()
    one = found or Snippet(key=key, locale=locale, title="", text="", changed_at=clock.now())
    one.public = public
    one.title, one.text, one.changed_at, one.changed_by = title, text, clock.now(), who[:120]
    session.add(one)
    session.flush()
    return one


def remove_snippet(session: Session, ident: int) -> None:
    """Forget a snippet. Raises NotFound."""
    session.delete(queries.snippet(session, ident))
    session.flush()


def add_tag(session: Session, noun: str, noun_id: int, said: str, who: str) -> str:
    """Give a tag; again: nothing changes. Raises Refused for what is no tag, or is derived."""
    kept = rules.tag(said)
    if not kept:
        raise Refused("A tag is 1 to 40 letters, digits, blanks, dots, colons and hyphens, and begins with a letter or digit.",
                      where="tag")  # fmt: skip
    if kept == rules.BACKORDER:
        raise Refused("Whatever waits for stock has the tag backorder by itself. Give another one.", where="tag")
    have = queries.given(session, noun, [noun_id])[noun_id]
    if kept not in have and len(have) >= rules.MOST_TAGS:
        raise Refused(f"At most {rules.MOST_TAGS} tags are kept. Take one off first.", where="tag")
    put = sa.text("INSERT INTO tag (noun, noun_id, tag, by, at) VALUES (:n, :i, :t, :w, :at) ON CONFLICT DO NOTHING")
    session.execute(put.bindparams(sa.bindparam("at", type_=_tags.c.at.type)),
                    {"n": noun, "i": noun_id, "t": kept, "w": who[:120], "at": clock.now()})  # fmt: skip
    return kept


def take_tag(session: Session, noun: str, noun_id: int, said: str) -> None:
    """Take a tag off; one that is not there: nothing changes."""
    mine = _tags.c.noun == noun, _tags.c.noun_id == noun_id, _tags.c.tag == rules.tag(said)
    session.execute(sa.delete(_tags).where(*mine))
