"""Webhooks: shops and other programs that are told of changed stock, by posts to an address of theirs.

Each has its own place in the change feed of stock (`inventory.feed`) and gets every product whose stock changed since,
in its latest state, in order, at least once. See docs/stock-feed.md.
"""
