"""Who wants to hear in the demo: the shops' pages are open to all, and a few people signed up for what is not there."""

from sqlmodel import Session

from stowline.backorders import sign_ups
from stowline.cases import service as cases
from stowline.catalog import page
from stowline.catalog.page_rules import Words
from stowline.inventory import queries as inventory
from stowline.orders import queries as orders
from stowline.stores import queries as stores
from stowline.stores import service
from stowline.stores.queries import Store

WHO = ("nora", "yusuf", "emil", "pia", "tomas")
PRODUCTS = 3
WORDS = {
    "en": Words("Made in small runs, one at a time.\n\nEach piece differs a little from the next.", "one piece", "Rinse it with warm water before you use it.\n\nDry it by hand, and keep it out of the sun.",
                [["Made in", "Weimar, Germany"], ["Care", "by hand"]]),
    "zh-Hant": Words("小批量製作，每件都略有不同。", "單件", "使用前請以溫水沖洗。\n\n請用手擦乾，避免日曬。", [["產地", "德國威瑪"], ["清潔", "手洗"]]),
    "zh-Hans": Words("小批量制作，每件都略有不同。", "单件", "使用前请用温水冲洗。\n\n请用手擦干，避免日晒。", [["产地", "德国魏玛"], ["清洁", "手洗"]]),
}


def sign_up(session: Session) -> None:
    """Open the shops' pages and fill the lists of the first products that orders wait for; tag an order that waits."""
    shops = stores.all_stores(session)
    for shop in shops:
        service.set_shop_page(session, shop.key, public=True, units_shown="few", notices_per_unit=2)
    waiting = orders.waiting_lines(session, limit=50)
    lines = {line.product_id: line for line in waiting if inventory.level(session, line.sku).free <= 0}
    for n, line in enumerate(list(lines.values())[:PRODUCTS]):
        shop = next(one for one in shops if one.id == line.store_id)
        for name in WHO[: len(WHO) - n]:
            sign_ups.sign_up(session, shop, line.product_id, f"{name}@example.test")
    for line in list(lines.values())[:PRODUCTS]:
        _describe(session, line.sku, shops)
    if waiting:
        cases.add_tag(session, "order", waiting[0].order_id, "call back", "Ruth")


def _describe(session: Session, sku: str, shops: list[Store]) -> None:
    """What the product's page says."""
    for locale, said in WORDS.items():
        page.set_words(session, sku, locale, said)
    for shop in shops:
        page.set_price(session, sku, shop, "48.00")
