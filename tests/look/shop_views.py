"""What the shopper's pages are drawn with."""

# fmt: off

from typing import Any

from tests.look.desk_views import at
from tests.look.floor_views import LONG

STORE = {"name": "Kiln & Cup", "href": "https://kiln.example", "email": "hello@kiln.example"}
STEPS = [
    {"label": "Ordered", "say": "17 Nov", "state": "done"}, {"label": "Packed", "say": "24 Nov", "state": "done"},
    {"label": "Handed over", "say": "24 Nov, 16:27", "state": "done"}, {"label": "On its way", "say": "Le Mans", "state": "now"}, {"label": "Delivered", "say": None, "state": ""},
]
PARCEL = {
    "title": "Parcel 1", "state": "in_transit", "carrier": "House", "tracking": "JJD000390217745", "tracking_href": None,
    "goods": [{"sku": "MUG-BL", "name": "Mug, blue", "say": "0.3 l", "quantity": 3}, {"sku": "JUG-SG", "name": "Milk jug, sage", "say": None, "quantity": 1}],
    "events": [{"at": at(27, 9, 12), "say": "Sorted in Le Mans"}, {"at": at(24, 16, 27), "say": "Handed to the carrier by Kiln & Cup"}],
}
WAITS = {
    "title": "Parcel 2", "goods": [{"sku": "BWL-AS-30", "name": "Serving bowl, ash", "say": "30 cm, on its way to us", "quantity": 1}, {"sku": "X", "name": LONG, "say": None, "quantity": 1200}],
    "say": "You are 14th in line for the bowl. 60 come from the potter between 3 and 7 December, so one is yours.", "ahead": 13, "due": 60,
}
ORDER = {"ref": "#1042", "placed_at": at(17, 21, 14), "total": 18700, "currency": "EUR"}
BASE: dict[str, Any] = {"store": STORE, "order": ORDER, "address": ["Ines Moreau", "Rue des Carmes 8", "44000 Nantes", "France"]}

SHOP: dict[str, tuple[str, dict[str, Any]]] = {
    "shop-order": ("shop/order.html", {**BASE, "eyebrow": "Order #1042, parcel 1 of 2", "headline": "Arrives tomorrow, Saturday 28 November",
                   "say": "By House, to Rue des Carmes 8, Nantes. Your serving bowl follows 8 to 11 December.", "steps": STEPS, "parcels": [PARCEL], "waiting": WAITS}),
    "shop-waiting": ("shop/order.html", {**BASE, "store": {"name": "متجر الفخار", "href": None, "email": None}, "dir": "rtl", "lang": "ar", "eyebrow": "الطلب #1042", "headline": "لا يوجد موعد بعد", "say": "نكتب لك حالما نعرفه.",
                     "steps": [], "parcels": [], "waiting": {**WAITS, "ahead": None, "due": None}}),
    "shop-error": ("shop/error.html", {"store": None, "title": "This link does not open an order", "say": "It may be cut off. Open it again from the message, whole."}),
}
