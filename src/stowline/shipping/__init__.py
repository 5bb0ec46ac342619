"""Shipping: carriers, labels, manifests and the handover that makes a parcel *shipped*.

A **label** is what a carrier's driver and sorting hall read; a **manifest** is the list of parcels that one carrier
takes at once. Printing a label ships nothing: only the handover scan does. Task: `handover:MANIFEST`. Events:
LabelMade, ParcelHandedOver, HandoverUndone, ManifestClosed.
"""
