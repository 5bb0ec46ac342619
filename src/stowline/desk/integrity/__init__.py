"""The proof that the books are true: every invariant of the floor as a query for what breaks it, the runs that ask them
every night or when a manager wants to know, and the rebuild of all balances from the ledger.

Words: an **invariant** is a sentence that must hold; a **breach** is one thing that breaks it; a **run** asks all of
them, one after the other, each on one moment of the database; a **box** is a line of the list that Stowline promises,
with how it is proved. Events: InvariantBroke, InvariantHeldAgain.
"""
