"""What would be as true in a library or a bakery: settings, one transaction, the outbox, timers, the broker, web and paper.

Nothing here knows a warehouse noun, a status or a sentence for operators. Rooms import core; core imports no room.
Registries that rooms fill through `wiring.py` (reactions, hooks, timers) are owned here.
"""
