"""The demo: a small warehouse in the middle of its day, made by the product's own verbs.

Two stores, 300 products and a gift box made of some, 400 bins, carts, a shelf, people with logins, and a week of orders: some handed over, packed
or on carts, most waiting for somebody to get work; bins that were counted, and
some to count. It is made in an empty database only, within seconds, and told by
the moment it is made at: its last order came in just now. The same seed makes the same demo.
"""

from stowline.demo.make import prepare

__all__ = ["prepare"]
