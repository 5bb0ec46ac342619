"""Which stock is promised to which order line, and why. One function fills waiting lines for every kind of demand and
every kind of increase: stock levels are locked in order of product, lines are served by priority (0 first), then as
their store serves. Promise and bin are apart: a bin is bound when a pick list is released. Words: reserve (units kept
for one store), substitute, urgent (units taken from those last in line, with a record).

Asked at once: KeptApart. Events: BackorderFilled, PromiseTakenBack, ReserveSet, ReserveEnded, StockTaken, StockTakenFor.
"""
