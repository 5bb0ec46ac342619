"""A lint for HTML mail: what mail readers cut off, block or cannot show, and what Gmail requires of linked data."""

import json
import re
from html.parser import HTMLParser
from typing import Any

from stowline.notifications.render import Rendered
from stowline.notifications.rules import KINDS

CUT_OFF_AT = 102_000  # bytes of HTML, by Gmail
MILESTONES = ("packed", "in-transit", "out-for-delivery", "delivered", "delivery-failed", "delayed-in-transit", "returned-to-sender")
PARCELS = ("shipped", "exchange-shipped", *MILESTONES)
# developers.google.com/gmail/markup/reference: what is marked as required. The day of arrival is named only where one is known.
OF_AN_ORDER = ("orderNumber", "merchant.name", "price", "priceCurrency", "acceptedOffer.itemOffered.name", "acceptedOffer.price",
               "acceptedOffer.priceCurrency", "acceptedOffer.eligibleQuantity.value")  # fmt: skip
OF_A_PARCEL = ("carrier.name", "itemShipped.name", "partOfOrder.orderNumber", "partOfOrder.merchant.name",
               *(f"deliveryAddress.{part}" for part in ("streetAddress", "addressLocality", "addressRegion", "postalCode", "addressCountry")))  # fmt: skip
WHEN = "expectedArrivalUntil"
_REMOTE = re.compile(r"url\(|@import|@font-face|expression\(", re.IGNORECASE)
_TAG = re.compile(r"</?[a-z!][^<>]*>|&(?:amp|lt|gt|quot|nbsp|#\d+);", re.IGNORECASE)
_HOLE = re.compile(r"\bNone\b|\bUndefined\b|\{\{|\{%|\{[a-z_]+\}")


class Parsed(HTMLParser):
    """The tags with their attributes, the text of scripts and styles, and the words that are shown."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str]]] = []
        self.inside = ""
        self.raw: dict[str, str] = {"script": "", "style": ""}
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))
        self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        _ = tag
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside in self.raw:
            self.raw[self.inside] += data

    def all(self, *names: str) -> list[dict[str, str]]:
        return [attributes for tag, attributes in self.tags if tag in names]


def faults(kind: str, mail: Rendered, *, locale: str, direction: str, facts: dict[str, Any], plain: bool = True) -> list[str]:
    """What is wrong with a mail, in words. `plain`: the facts hold no signs that look like HTML."""
    page = Parsed(mail.html)
    found = _of_html(mail, page, locale, direction) + _of_links(page) + _of_text(mail, plain=plain)
    found += linked_faults(kind, page.raw["script"], known=bool(facts.get("arrives")))
    if not KINDS[kind].transactional:
        url = facts["unsubscribe_url"]
        found += [f"no way out in {name}" for name, part in (("HTML", mail.html), ("text", mail.text)) if url not in part]
    return found


def _of_html(mail: Rendered, page: Parsed, locale: str, direction: str) -> list[str]:
    found = []
    size = len(mail.html.encode())
    if size >= CUT_OFF_AT:
        found.append(f"{size:,} bytes: Gmail cuts it off")
    [root] = page.all("html")
    if (root.get("lang"), root.get("dir")) != (locale, direction):
        found.append(f"lang and dir are {root.get('lang')}, {root.get('dir')}")
    found += [f"picture without alt: {one}" for one in page.all("img") if not one.get("alt", "").strip()]
    found += [f"fetched from elsewhere: {one}" for one in page.all("link", "iframe", "video", "object", "embed", "img", "form") if one]
    found += [f"script: {one}" for one in page.all("script") if one.get("type") != "application/ld+json"]
    styles = page.raw["style"] + " ".join(attributes.get("style", "") for _, attributes in page.tags)
    found += [f"style that fetches: {one}" for one in _REMOTE.findall(styles)]
    found += [f"handler: {name}" for _, attributes in page.tags for name in attributes if name.startswith("on")]
    return found + ([] if "prefers-color-scheme: dark" in mail.html and "color-scheme" in mail.html else ["no dark side"])


def _of_links(page: Parsed) -> list[str]:
    links = [one.get("href", "") for one in page.all("a", "area")]
    return [f"link to {link[:80]!r}" for link in links if not re.match(r"(https?://|mailto:)[^\s]+$", link)]


def _of_text(mail: Rendered, *, plain: bool) -> list[str]:
    found = []
    for name in ("subject", "text", "short"):
        part = getattr(mail, name)
        if not part.strip():
            found.append(f"{name} is empty")
        if plain and _TAG.search(part):
            found.append(f"HTML in {name}: {_TAG.findall(part)[:2]}")
        if plain and _HOLE.search(part):
            found.append(f"a hole in {name}: {_HOLE.findall(part)[:2]}")
    found += [f"{name} has several lines" for name in ("subject", "short") if "\n" in getattr(mail, name)]
    return found + (["subject is long"] if len(mail.subject) > 120 else [])


def linked_faults(kind: str, data: str, *, known: bool) -> list[str]:
    """What Gmail would miss in the linked data of a mail; `known`: its day of arrival is."""
    try:
        linked = json.loads(data)
    except ValueError as why:
        return [f"linked data: {why}"]
    if linked.get("@context") != "https://schema.org":
        return ["linked data of no vocabulary"]
    kinds = {"order-confirmed": ("Order", OF_AN_ORDER)} | dict.fromkeys(PARCELS, ("ParcelDelivery", OF_A_PARCEL + ((WHEN,) if known else ())))
    what, fields = kinds.get(kind, (linked["@type"], ()))
    found = [] if linked["@type"] == what else [f"linked data is a {linked['@type']}, not a {what}"]
    return found + [f"linked data lacks {field}" for field in fields if not _has(linked, field.split("."))]


def _has(value: Any, path: list[str]) -> bool:
    if isinstance(value, list):
        return bool(value) and all(_has(one, path) for one in value)
    if not path:
        return value not in (None, "")
    return isinstance(value, dict) and path[0] in value and _has(value[path[0]], path[1:])
