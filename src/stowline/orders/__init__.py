"""Customers and their orders. Each line carries stage counters (ordered, allocated, released, picked, packed, handed
over, returned) that later rooms raise through `service.raise_stage`; an order's state is derived from them and never
set by hand. Orders come in through `intake/`, one file for each platform. What a shop is to do with money is an instruction, posted to the
store's door until it is acknowledged. Facts told at once: OrderEntered,
DemandDropped. Events: OrderPlaced, OrderCancelled, OrderHeld, HoldLifted,
InstructionOwed and what became of it.
"""
