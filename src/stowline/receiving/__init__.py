"""Goods that come in: purchase orders, receiving by scan (against an order, or blind), put-away from the dock to a bin.
Good units count from the receive scan, dock included, and waiting lines are filled in the same transaction. Tasks:
`receive:REF` (blind: `receive:`), `putaway:`. Events: PurchaseOrderEntered, GoodsReceived, StockPutAway.
"""
