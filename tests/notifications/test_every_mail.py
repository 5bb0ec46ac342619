"""Every kind in every look, every language and with every odd set of facts: it renders strictly and passes the lint."""

import json
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Browser

from stowline.core import i18n
from stowline.notifications.catalogue import CATALOGUE
from stowline.notifications.colours import contrast
from stowline.notifications.render import kinds, render, sample
from stowline.stores.brand import LOOKS
from tests.notifications.mail_lint import PARCELS, Parsed, faults, linked_faults
from tests.notifications.test_render import KILN, NOW, TEXT_COLOURS, WORDS_DIR, with_text_everywhere
from tests.services import proof_is_full

LOCALES = i18n.locales(WORDS_DIR)
LOOKED = [(kind, look) for kind in kinds() for look in (LOOKS if "look" in CATALOGUE[kind].may_lack else ("",))]
BRAND = replace(KILN, greeting="Dear", sign_off="Warmly, Maud")
BARE = replace(KILN, reply_to="", address_line="", support_email="", url="")


def facts_of(kind: str, look: str) -> dict[str, Any]:
    return sample(kind) | ({"look": look} if look else {})


def sixty(value: Any) -> Any:
    """The same with sixty lines wherever there are lines."""
    if isinstance(value, dict):
        return {key: sixty(inner) for key, inner in value.items()}
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return (value * 60)[:60]
    return value


def bare(kind: str, facts: dict[str, Any]) -> dict[str, Any]:
    """Only what must be there; marketing keeps its way out."""
    return {name: fact for name, fact in facts.items() if name not in CATALOGUE[kind].may_lack}


@pytest.mark.proof
@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize(("kind", "look"), LOOKED)
def test_every_mail_passes_the_lint_whatever_its_facts(kind: str, look: str, locale: str) -> None:
    full = facts_of(kind, look)
    sets = {
        "sample": (full, True), "bare": (bare(kind, full), True), "no name": (full | {"customer_name": ""}, True),
        "longest names": (with_text_everywhere(full, "W" * 300), True), "longest in Chinese": (with_text_everywhere(full, "茶壺" * 150), True),
        "sixty lines": (sixty(full), True), "sixty of the longest": (sixty(with_text_everywhere(full, "茶壺" * 150)), True),
        "right to left": (with_text_everywhere(full, "إبريق شاي، أصفر"), True),
        "HTML": (with_text_everywhere(full, "<b onclick='x()'>Tea & \"cake\"</b> {{ x }}"), False),
        "all is here": (full | {"waits": False, "waiting": [], "leaves_by": "2026-11-27", "arrives": None, "choices": None, "ready": []}, True),
    }  # fmt: skip
    if locale != "en" and not proof_is_full():  # how many lines fit is a matter of the template; `make proof` counts them in every language
        sets = {name: one for name, one in sets.items() if not name.startswith("sixty")}
    direction = i18n.words(WORDS_DIR, locale).text("type.dir")
    found = {}
    for name, (facts, plain) in sets.items():
        mail = render(kind, locale=locale, brand=BARE if name == "bare" else BRAND, data=facts, now=NOW)
        wrong = faults(kind, mail, locale=locale, direction=direction, facts=facts, plain=plain)
        found[name] = [one for one in wrong if name != "bare" or "lacks deliveryAddress" not in one]
    assert found == {name: [] for name in sets}


@pytest.mark.parametrize("kind", PARCELS)
def test_a_parcel_without_an_address_or_a_day_names_none_to_machines(kind: str) -> None:
    """Gmail then shows no card; an invented day or a made-up street would be worse."""
    mail = render(kind, locale="en", brand=KILN, data=sample(kind) | {"delivery": None, "arrives": None}, now=NOW)
    linked = json.loads(Parsed(mail.html).raw["script"])
    assert "deliveryAddress" not in linked
    assert "expectedArrivalUntil" not in linked
    assert linked_faults(kind, Parsed(mail.html).raw["script"], known=False)


def test_the_lint_finds_what_is_wrong() -> None:
    """A lint that finds nothing proves nothing."""
    mail = render("shipped", locale="en", brand=KILN, data=sample("shipped"), now=NOW)
    facts = sample("shipped")

    def found(html: str = mail.html, text: str = mail.text, kind: str = "shipped", locale: str = "en") -> str:
        wrong = replace(mail, html=html, text=text)
        return "; ".join(faults(kind, wrong, locale=locale, direction="ltr", facts=facts | {"unsubscribe_url": "https://out.example"}))

    body = mail.html
    assert found() == ""
    assert "cuts it off" in found(body + " " * 102_000)
    assert "without alt" in found(body.replace("</body>", '<img src="https://spy.example/p.gif"></body>'))
    assert "fetched from elsewhere" in found(body.replace("</body>", '<img alt="x" src="https://spy.example/p.gif"></body>'))
    assert "fetched from elsewhere" in found(body.replace("</head>", '<link href="https://fonts.example/a.css"></head>'))
    assert "style that fetches" in found(body.replace("</style>", "@import 'https://x.example';</style>", 1))
    assert "script" in found(body.replace("</body>", "<script>alert(1)</script></body>"))
    assert "link to 'javascript:" in found(body.replace("</body>", '<a href="javascript:alert(1)">x</a></body>'))
    assert "lang and dir" in found(locale="zh-Hant")
    assert "no dark side" in found(body.replace("prefers-color-scheme: dark", "print"))
    assert "text is empty" in found(text=" ")
    assert "HTML in text" in found(text="a &amp; b")
    assert "a hole in text" in found(text="Hello None")
    assert "lacks carrier.name" in found(body.replace('"carrier"', '"courier"'))
    assert "not a Order" in found(kind="order-confirmed")
    assert "no way out in text" in found(kind="news")


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("accent", ["#0b5a6e", "#ffe600"])
def test_every_look_reads_by_day_and_by_night_in_any_brands_colour(browser: Browser, scheme: Any, accent: str) -> None:
    """Each piece of text against the ground that it stands on, as the browser draws it: at least 4.5 to 1 (WCAG 2.2)."""
    context = browser.new_context(color_scheme=scheme, viewport={"width": 600, "height": 800})
    page = context.new_page()
    poor = []
    for kind, look in LOOKED:
        page.set_content(render(kind, locale="en", brand=replace(BRAND, accent=accent), data=facts_of(kind, look), now=NOW).html)
        poor += [(kind, look, colour, ground) for colour, ground in page.evaluate(TEXT_COLOURS) if contrast(tuple(colour), tuple(ground)) < 4.5]
    context.close()
    assert poor == []
