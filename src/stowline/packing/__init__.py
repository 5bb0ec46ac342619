"""Packing: what was picked is checked by scan, boxed, weighed, and gets its packing slip. One parcel for an order.

A **parcel** is a packed box; a **slip** is the paper inside it: what is in the box, what follows later, and thanks.
Tasks: `pack:TOTE-04`, `pack:ORDER-REF`. Events: ItemPacked, ParcelPacked, UnitsPutBack; told at once: ParcelEmptied.
"""
