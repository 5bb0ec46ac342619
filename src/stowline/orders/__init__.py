"""Customers and their orders. Each line carries stage counters (ordered, allocated, released, picked, packed, handed
over, returned) that later rooms raise through `service.raise_stage`; an order's state is derived from them and never
set by hand. Orders come in through `intake/`, one file for each platform. What a shop is to do with money is an
instruction, posted to the store's door until it is acknowledged.

Where: placing, cancelling, holding in `service`; counters and states in `stages`; what may still be changed in `changing`;
another address in `readdress`, a line taken off in `dropping`, two orders as one in `merging`; what a shop refunded in `refunds`; a store's order of service and way of shipping in `policies`; kits taken apart in `kits`; instructions in `instructions`,
`instruction_post`, `shop_doors`.

Words: order, line, stage counter, hold, instruction, shop door.

Facts told at once: OrderEntered, OrderSettled, DemandDropped, PlacesChanged, PromiseLowered, UnitsUnlisted. Events: OrderPlaced, OrderCancelled,
RestCancelled, OrderHeld, HoldLifted, TellingBegan, LineSwapped, UnitsCancelled, RefundedByShop, ShippingSet, AddressChanged, OrdersMerged, MergedInto, PrioritySet, ExpediteSet,
SubstitutesAllowed; InstructionOwed, InstructionAcknowledged, InstructionRefused, InstructionDied, InstructionSettled,
InstructionWithdrawn.
"""
