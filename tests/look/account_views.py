"""What My account is drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import HOSTILE
from tests.look.floor_views import LONG
from tests.look.shop_views import FRAME, STORE

HERE: dict[str, Any] = {**FRAME, "store": STORE, "home": "/account/kiln", "csrf": "x", "hello": "Ines Moreau", "said": ""}
IN: dict[str, Any] = {**HERE, "headline": "My account", "say": "We send a link to the address that you order with at Kiln & Cup.", "action": "/account/kiln/link", "form": "ask", "button": "Send me the link", "typed": "", "trouble": ""}
ORDERS = [{"ref": ref, "href": f"/track/{n}-0", "headline": head, "placed": "Tuesday 17 November", "total": "€187.00"} for n, (ref, head) in enumerate((
    ("#1042", "Expected to leave our warehouse 3 to 7 December"), ("#0991", "Delivered on Friday 6 November"), (HOSTILE, LONG)))]
HUB: dict[str, Any] = {**HERE, "q": "", "orders": ORDERS, "older": "abc", "is_first": True, "points": {"balance": 40, "next": "10 points more for the next reward.", "reward": "Your reward: TEN. 10 % off."},
       "wishes": [{"id": 1, "name": "Serving bowl, ash", "say": "since Tuesday 3 November"}, {"id": 2, "name": LONG, "say": "since Tuesday 3 November"}],
       "returns": [{"ref": "R-7KQ2", "order": "#0991", "href": "/track/1-0/return/R-7KQ2", "word": "under way", "day": "Tuesday 24 November"}],
       "news": [{"subject": "Your order is on its way", "href": "/track/1-0#news", "day": "Friday 27 November"}, {"subject": HOSTILE, "href": "", "day": "Friday 27 November"}]}
FIELDS = dict.fromkeys(("name", "company", "line1", "line2", "city", "region", "postcode", "country"), "")
DETAILS: dict[str, Any] = {**HERE, "email": "a.very.long.name.of.somebody@an-even-longer-name-of-a-domain.example", "name": "Ines Moreau", "edit": None, "typed": {**FIELDS, "name": "Ines Moreau", "country": "FR"}, "bad": "", "full": False,
           "countries": [{"code": "FR", "name": "France"}, {"code": "DE", "name": "Germany"}], "payment": "Visa ending 4242", "preferences_href": "/preferences/1",
           "addresses": [{"id": 1, "lines": ["Ines Moreau", "7 rue des Potiers", "44000 Nantes", "France"], "is_default": True}, {"id": 2, "lines": [HOSTILE, LONG], "is_default": False}]}
ACCOUNTS: dict[str, tuple[str, dict[str, Any]]] = {
    "account-in": ("shop/sign_in.html", IN),
    "account-in-wrong": ("shop/sign_in.html", {**IN, "typed": "ines at", "trouble": "This is not an e-mail address. Look at it once more.", "said": "You are signed out."}),
    "account-link": ("shop/sign_in.html", {**IN, "headline": "Sign in to Kiln & Cup", "say": "Press the button.", "form": "press", "button": "Sign in"}),
    "account-over": ("shop/sign_in.html", {**IN, "headline": "This link is over", "form": ""}),
    "account": ("shop/account.html", HUB),
    "account-empty": ("shop/account.html", {**HUB, "orders": [], "older": "", "points": None, "wishes": [], "returns": [], "news": [], "said": "Saved."}),
    "account-details": ("shop/account_details.html", DETAILS),
    "account-details-bad": ("shop/account_details.html", {**DETAILS, "edit": 2, "bad": "line1", "said": "Nothing was saved. Look at the marked field once more.", "payment": "", "addresses": []}),
}
