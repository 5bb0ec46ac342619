"""Lines that wait for stock, and when their shopper must be told. A timer is set when an order is placed with waiting
units; when it runs and units still wait, BackorderDue is recorded. Each waiting line is promised a window of days,
learned from history; when what was told does not hold, PromiseChanged is recorded. Words: waiting line, place in line,
promise, window, told, outcome.
"""
