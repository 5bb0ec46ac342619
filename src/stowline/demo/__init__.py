"""The demo: a small warehouse in the middle of its day, made by the product's own verbs.

Two stores, 300 products and a gift box made of some, 400 bins, carts, a shelf, people with logins, and a week of orders: some handed over, packed
or on carts, some in slots of the backorder shelf, most waiting for somebody to get
work; bins that were counted, and some to count. Before that lie three months of goods
that were waited for, from which its promises are learned. It is made in an empty
database only, within seconds, and told by the moment it is made at: its last order came in just now. The same seed makes the same demo.
"""

from stowline.demo.make import prepare

__all__ = ["prepare"]
