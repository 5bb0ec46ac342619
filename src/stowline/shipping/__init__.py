"""Shipping: carriers, labels, manifests, the handover that makes a parcel *shipped*, and where it is after that.

A **label** is what a carrier's driver and sorting hall read; a **manifest** is the list of parcels that one carrier
takes at once. Printing a label ships nothing: only the handover scan does. Task: `handover:MANIFEST`. A **feed** is a
provider that posts where parcels are, signed; a **milestone** is a step of a parcel's way, forward only; what cannot be
is **held** for a person. Events: LabelMade, ParcelHandedOver, HandoverUndone, ManifestClosed, MilestoneReached,
TrackingNumberNoted; told at once: TakingBack.
"""
