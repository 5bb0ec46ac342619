"""Lines that wait for stock: what they are promised, where their goods gather, what their shopper may choose, and who hears
when a product is back.

Where: the days promised in `windows` (the sums), `forecast`, `promises`, `recalculating`, `outcomes`; the backorder shelf in
`rules`, `shelf`, `shelf_reads`, `handing`; choices in `offer_rules`, `offers`, `options`, `holds`, `stand_ins`,
`option_policies`; consent to a delay in `consent_rules`, `consents`, `lapses`; the back-in-stock list in `sign_up_rules`,
`sign_ups`.

Words: waiting line, place in line, promise, window, told, outcome, slot, offer, option, hold, consent, sign-up.

Facts told at once: CrossDock, CrossDockBack. Events: BackorderDue, PromiseChanged, BackorderShelved, BackorderUnshelved,
SlotTaken, SlotGiven, OrderCrossedDock, CrossingUndone, OfferMade, OptionChosen, OfferEnded, ConsentAsked, ConsentSettled,
BackInStock.
"""
