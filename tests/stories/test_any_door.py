"""Anything at any door: whatever is posted to whatever route, by a machine or from a form, is answered."""

import json
from urllib.parse import quote, urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from litestar import Litestar

from tests.makers import FORM_TYPE, JSON_TYPE, Tablet, webhook
from tests.services import proof_is_full
from tests.stories.conftest import House

KEYS = [
    "ref", "store", "lines", "sku", "quantity", "unit_price", "customer", "email", "name", "address", "line1", "city",
    "country", "scan_id", "task", "code", "device", "kind", "scans", "carrier", "supplier", "reason", "say", "csrf",
    "barcodes", "weight_g", "dims_mm", "badge", "pin", "key", "password", "roles", "scopes", "next", "theme", "id",
]  # fmt: skip
WORDS = [
    "demo",
    "MUG",
    "1042",
    "receive:",
    "pick:CART-1",
    "house",
    "picker",
    "api",
    "\x00",
    "",
    "a@b.example",
    "-1",
    "🦊",
]
values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.sampled_from(WORDS)
    | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=6),
    max_leaves=12,
)
objects = st.dictionaries(st.sampled_from(KEYS), values, max_size=8)
forms = st.lists(st.tuples(st.sampled_from(KEYS), st.sampled_from(WORDS) | st.text(max_size=8)), max_size=6)
bodies = st.one_of(
    st.tuples(st.binary(max_size=40), st.sampled_from([JSON_TYPE, FORM_TYPE])),
    st.tuples((values | objects).map(lambda value: json.dumps(value).encode()), st.just(JSON_TYPE)),
    st.tuples(forms.map(lambda pairs: urlencode(pairs).encode()), st.just(FORM_TYPE)),
    st.tuples(st.just(b'--b\r\nContent-Disposition: form-data; name="ref"; filename="a"\r\n\r\n\x00\r\n--b--'),
              st.just({"Content-Type": "multipart/form-data; boundary=b"})),
)  # fmt: skip
names = st.sampled_from(
    ["1042", "1", "99", "0", "-1", "CART-1", "pick:CART-1", "receive:PO-1", "shopify", "house", "PO-1", "demo"]
)
steps = names | st.text(min_size=1, max_size=6)


def doors(app: Litestar) -> list[str]:
    """The path of every POST route there is, from the route table."""
    found = {
        route.path_format
        for route in app.routes
        for handler in getattr(route, "route_handlers", ())
        if "POST" in handler.http_methods
    }
    assert len(found) > 30
    return sorted(found - {"/logout"})


@pytest.mark.proof
def test_anything_at_any_door_is_answered(house: House, ruth: Tablet, app: Litestar) -> None:
    """Whatever is posted to whatever route, by a machine or from a form, is never answered with a 500."""
    maja = house.tablet()
    maja.add_product("MUG")
    maja.place("1042", {"MUG": 1})
    webhook(house.send(), "shopify", b"{}")
    every = doors(app)

    @given(body=bodies, data=st.data())
    @settings(max_examples=100 if proof_is_full() else 6, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def anything(body: tuple[bytes, dict[str, str]], data: st.DataObject) -> None:
        for door in every:
            parts = [data.draw(steps) if part.startswith("{") else part for part in door.split("/")]
            path = "/".join(quote(part, safe="") for part in parts)
            for who in (maja, ruth):
                reply = who.post(path, body[0], body[1])
                assert reply.status < 500, (path, body, reply.raw)

    anything()
    house.prove()
