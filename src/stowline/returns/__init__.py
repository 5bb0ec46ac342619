"""Goods that come back: asked for by the shopper or somebody for them, decided by the store's policy or a person, counted and
looked at on the floor, and settled with money, credit or goods. A parcel that was lost, and one that its carrier brings back,
are returns too. Stowline pays nothing itself: the shop is told to (`orders.instructions`). Task: `return:RMA`.

Where: ask, approve, refuse, withdraw in `service`; what may come back in `eligibility`, by the policy in `policies` (its
sentences in `policy_rules`); what was paid in `paid`, what is given in `settling`; `locks` says who waits for whom. The floor:
the task in `dock` and `look`, its verbs in `arriving` and `inspecting`. `photos`; label and slip in `paper`; why a product comes back, in `cause_rules`.

Words: return (RMA), reason, outcome, grade, disposition, settlement; returnable = handed over - returned - in other returns.

Events: ReturnRequested, ReturnApproved, ReturnRefused, ReturnWithdrawn, ReturnSent, ReturnArrived, ReturnCounted, UnitsInspected,
ReturnInspected, LineSettled, ReturnSettled, CarrierClaimNoted, ReturnPolicySet.
"""
