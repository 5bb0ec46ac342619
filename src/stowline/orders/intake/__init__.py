"""Orders as shops send them, one file per platform, read into one shape.

Every reader is pure: bytes or decoded JSON in; `IncomingOrder`, `Skipped` (must never reach a picker) or `Unreadable`
(a person has to look) out. A reader raises nothing on bad input, apart from `Refused` for a whole file that is no
orders file. Nothing here knows the database, the web or the clock.
"""
