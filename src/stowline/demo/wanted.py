"""Who wants to hear in the demo: the shops' pages are open to all, and a few people signed up for what is not there."""

from sqlmodel import Session

from stowline.backorders import sign_ups
from stowline.cases import service as cases
from stowline.inventory import queries as inventory
from stowline.orders import queries as orders
from stowline.stores import queries as stores
from stowline.stores import service

WHO = ("nora", "yusuf", "emil", "pia", "tomas")
PRODUCTS = 3


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
    if waiting:
        cases.add_tag(session, "order", waiting[0].order_id, "call back", "Ruth")
