"""The shopper's pages: an order's status by the signed link from its messages, in the store's name and brand. It shows
what the shopper may know, and takes their choice where goods wait: by a form alone, a link changes nothing. In their account a
shopper is signed in by a link, in a session of their own. Words: status page, signed link, choice.
"""
