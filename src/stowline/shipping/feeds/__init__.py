"""Who tells us where parcels are, one file each: how a post is signed (`check`) and what it says (`read`).

A feed has `KEY`, `NAME`, `check(secrets, headers, body, now)` giving a `Signed` or raising Unauthorized, and
`read(body)` giving an `Update`, None where the post is about no parcel, or raising Bad. Nothing here knows the database.
"""
