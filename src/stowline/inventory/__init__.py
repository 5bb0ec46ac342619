"""Bins, the stock ledger and the balances it adds up to. Stock moves, it is never set: `service.move` takes whole units
from one place to another with a reason, writes the ledger, and keeps balance and stock level true in the same
statements. Words: location (bin), balance, bound (units spoken for in a bin), ledger, stock level, count request.
Facts told at once: StockFreed, StockLeaving, UnitsMissing, UnitsNeeded. Events: StockMoved, LotHeld, LotReleased, CountRequested,
BinCounted, StockCounted, AdjustmentAsked, AdjustmentPosted, AdjustmentRefused, AdjustmentWithdrawn, StockQuarantined,
StockReleased.
"""
