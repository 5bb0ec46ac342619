"""What a product's page, its parts for shops' own pages, and the desk's side of both are drawn with."""

# fmt: off

from typing import Any

from stowline.catalog.page_queries import Photo
from tests.look.desk_views import HOSTILE, RTL, at, view
from tests.look.floor_views import LONG
from tests.look.shop_views import FRAME, STORE

STOCK = {"kind": "warn", "word": "Can be ordered", "short": "Ships 3 to 7 December", "long": "Not here at the moment. Order now and your place in line is kept: we expect it to leave our warehouse 3 to 7 December."}
SPECS = [("Material", "ash, oiled"), ("Weight", "1.2 kg"), ("Size", "30 × 30 × 9 cm"), (LONG, HOSTILE)]
PHOTO = {"href": "/static/img/favicon.svg", "small": "/static/img/favicon.svg", "width": 480, "height": 360, "alt": "Serving bowl, ash"}
PRODUCT: dict[str, Any] = {
    **FRAME, "store": STORE, "name": "Serving bowl, ash", "sku": "BWL-AS-30", "text_lang": "en", "price": "€48.00", "sold_as": "one bowl", "says": ["Turned from one piece of ash.", LONG],
    "guide": ["Rinse it before its first meal.", "Oil it once a month."], "specs": SPECS, "photos": [PHOTO, PHOTO, PHOTO], "parts": [], "stock": STOCK, "notify_href": "/notify/kiln/BWL-AS-30",
    "linked": {"@context": "https://schema.org", "@type": "Product", "name": HOSTILE}, "reviews": {"figures": "4.5 of 5 stars, 2 reviews", "rows": [{"stars": 4, "words": "4 stars", "name": "Ines", "at": "Friday 27 November", "text": HOSTILE, "lang": "en", "answer": "Thank you.", "by": "Kiln & Cup answers:"}], "testimonials": [{"name": "", "text": "Lovely."}]},
}
LANGUAGES = [{"locale": "en", "name": "English", "written": True, "current": True}, {"locale": "ar", "name": "ar", "written": False, "current": False}, {"locale": "zh-Hant", "name": "繁體中文", "written": True, "current": False}]
PRICES = [{"key": "kiln", "name": "Kiln & Cup", "currency": "EUR", "open": True, "price": "48.00", "stale": False}, {"key": "other", "name": LONG, "currency": "GBP", "open": False, "price": "12", "stale": True}]
KEPT = [Photo("a" * 64, "b" * 64, 1600, 1200, 480, 360, "From above"), Photo("c" * 64, "d" * 64, 1600, 1200, 480, 360, "")]
PAGE: dict[str, Any] = view("/products", product={"sku": "BWL-AS-30", "name": "Serving bowl, ash"}, locale="en", said={"say": LONG, "sold_as": "one bowl", "guide": "Oil it.", "specs": "Colour: ash"}, languages=LANGUAGES,
                            prices=PRICES, photos=[], most_photos=12, accept="image/jpeg", may_write=True)
SAID = [{"id": n, "texts": texts, "from": at(24), "to": to, "who": "Ruth", "shown": shown, "over": over} for n, (texts, to, shown, over) in enumerate(((
    [("en", "We are closed on Friday."), ("zh-Hant", "週五休息。")], None, True, False), ([("en", LONG)], at(28), False, False), ([("ar", RTL)], at(20), False, True)))]
PRODUCTS: dict[str, tuple[str, dict[str, Any]]] = {
    "product": ("shop/product.html", PRODUCT),
    "product-bare": ("shop/product.html", {**PRODUCT, "name": LONG, "price": "", "sold_as": "", "says": [], "guide": [], "photos": [], "specs": [], "notify_href": "", "stock": {"kind": "ok", "word": "In stock", "short": "In stock", "long": "In stock. Ready to be packed."}}),
    "product-kit": ("shop/product.html", {**PRODUCT, "guide": [], "parts": [{"sku": "MUG-BL", "name": "Mug, blue", "say": None, "quantity": 4}]}),
    "embed-product": ("shop/embed.html", {**PRODUCT, "part": "shop/_embed_product.html", "href": "https://stowline.test/products/kiln/BWL-AS-30", "languages": []}),
    "embed-banner": ("shop/embed.html", {**FRAME, "store": STORE, "part": "shop/_embed_banner.html", "languages": [], "banner": {"text": "New days for what is on its way to us:", "lang": "en", "rows": [{"name": LONG, "href": "https://stowline.test/products/kiln/X", "say": "expected to leave our warehouse 3 to 7 December"}]}}),
    "product-page": ("desk/product_page.html", PAGE),
    "product-page-photos": ("desk/product_page.html", {**PAGE, "photos": KEPT, "may_write": False}),
    "banners": ("desk/banners.html", view("/shop-pages", store={"key": "kiln", "name": "Kiln & Cup", "zone": "Europe/Berlin", "open": True, "url": ""}, rows=SAID, languages=LANGUAGES, typed={}, longest=300, may_write=True)),
    "banners-none": ("desk/banners.html", view("/shop-pages", store={"key": "kiln", "name": LONG, "zone": "UTC", "open": False, "url": ""}, rows=[], languages=LANGUAGES, typed={}, longest=300, may_write=False)),
}
