"""Planning: what will come, and whether the house can do it.

A *forecast* says for each day how many orders are expected, with the range that holds in 80 of 100 days. The *baseline* is
what anybody would say without a model: the same weekday of last week. A *back-test* stands on past days, forecasts what is
known by now, and says how far off it was, for each *horizon* (days ahead). A *closed* day is one on which this house never
has orders. Other rooms hear of none of it yet: no events.
"""
