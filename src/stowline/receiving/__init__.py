"""Goods that come in: purchase orders, receiving by scan (against an order, or blind), put-away from the dock to a bin.
Good units count from the receive scan, dock included, and waiting lines are filled in the same transaction. Tasks:
`receive:REF` (blind: `receive:`), `putaway:`.

Where: the receive task in `dock`, with `hand` (lots, serials), `marks` (damaged), `aside` and `cases` (what does not belong),
`pallets` (an SSCC), `shelving` (units that somebody waited for); the verbs in `service`; what was agreed in `revisions`, what
came in `receipts`; `suppliers`; arrival notices in `notices`; pallets that are built here in `built`; what was not as ordered
in `report`, sent in `reports`; what is on its way in `outlook`, and `what_if` it is late; `putaway`, `overrides`.

Words: purchase order, revision, arrival notice, case, receipt, pallet.

Facts told at once: SupplyChanged. Events: PurchaseOrderEntered, PurchaseOrderRevised, PurchaseOrderClosed, ArrivalAnnounced,
ArrivalClosed, GoodsReceived, DockCaseOpened, DockCaseSolved, DiscrepanciesReported, PalletBuilt, PalletTakenApart,
StockPutAway.
"""
