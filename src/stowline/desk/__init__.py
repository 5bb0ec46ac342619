"""Managers' pages that join several rooms: today, orders, one order with its trail, stock, waiting lines, purchase
orders, messages, intake errors, the proof of the invariants; and the API's reads that do the same. It writes nothing of
its own: its forms call the verbs of the rooms above. Events: InvariantBroke, InvariantHeldAgain.
"""
