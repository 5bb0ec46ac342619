"""Carts with totes, waves, pick lists and picking by scan. A wave is released when somebody takes a cart: up to as many
orders as it has free totes, oldest first, only orders whose units all lie in bins; each unit is bound to its bin then.
Tasks: `pick:CART-1` (a wave, one order a tote), `pick:ORDER-REF` (one order by hand). Words: pick list, pick line,
short pick, lease. Events: OrderReleased, LinePicked, BinReached, ToteConfirmed, LineRanShort, PickListDone.
"""
