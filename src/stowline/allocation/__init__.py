"""Which stock is promised to which order line, and why. One function fills waiting lines for every kind of demand and
every kind of increase: stock levels are locked in order of product, lines are served by priority (0 first), then the
day they were placed. Promise and bin are apart: a bin is bound when a pick list is released. Events: BackorderFilled, PromiseTakenBack.
"""
