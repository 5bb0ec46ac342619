"""Lines that wait for stock, and when their shopper must be told. A timer is set when an order is placed with waiting
units; when it runs and units still wait, BackorderDue is recorded. The shelf with its slots, promise windows and
options come on this ground. Words: waiting line, place in line.
"""
