"""Shoppers' pages of no order: the back-in-stock list, and what a person wants to hear."""
