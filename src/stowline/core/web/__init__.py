"""The web side of every room: who asks, what they may do, how input is read and how an answer is drawn.

One plugin, `Web`, sets it all up in `app.py`. A room's handlers use what is listed here and nothing else of it.
"""

from stowline.core.web import cursor
from stowline.core.web.answers import accepts_html, is_fragment, source, wants_json
from stowline.core.web.csrf import check_origin
from stowline.core.web.door import (
    PUBLIC,
    SESSION_COOKIE,
    SIGNED_IN,
    VISITOR,
    Identify,
    identity_of,
    permission,
    visitor,
)
from stowline.core.web.headers import MAIL_PREVIEW
from stowline.core.web.inputs import (
    client_address,
    form_values,
    json_body,
    limit,
    local_path,
    read_as,
    read_form,
    read_json,
    refuse_large,
    sent_file,
    sent_files,
)
from stowline.core.web.jinja import environment
from stowline.core.web.once import encoded, json_answer, written
from stowline.core.web.pace import Pace, TooOften
from stowline.core.web.pages import THEMES, RailEntry, fill_rail, page, redirect, rendered
from stowline.core.web.plugin import Web
from stowline.core.web.slashes import hold, name, segment

__all__ = (
    "MAIL_PREVIEW",
    "PUBLIC",
    "SESSION_COOKIE",
    "SIGNED_IN",
    "THEMES",
    "VISITOR",
    "Identify",
    "Pace",
    "RailEntry",
    "TooOften",
    "Web",
    "accepts_html",
    "check_origin",
    "client_address",
    "cursor",
    "encoded",
    "environment",
    "fill_rail",
    "form_values",
    "hold",
    "identity_of",
    "is_fragment",
    "json_answer",
    "json_body",
    "limit",
    "local_path",
    "name",
    "page",
    "permission",
    "read_as",
    "read_form",
    "read_json",
    "redirect",
    "refuse_large",
    "rendered",
    "segment",
    "sent_file",
    "sent_files",
    "source",
    "visitor",
    "wants_json",
    "written",
)
