"""Whether two who act are the same person, as far as the house can tell. What needs two people asks here.

A person is known by the number of the account ("u3") wherever and on whatever they sign in, a worker of a program by the
name that the program gives ("t5:maja"). A program that names nobody ("t5", "t5:@tablet-4") is one person with all its
devices, for a device is nobody. Whoever goes by the same name counts as the same, for people may have two accounts.
"""

from dataclasses import dataclass

UNNAMED = "@"  # begins what stands for the worker of a program that names none


@dataclass(frozen=True, slots=True)
class Somebody:
    """Who acts: the key that sessions and tokens give, and the name that is shown."""

    key: str
    name: str

    @property
    def program(self) -> str:
        """The account or token."""
        return self.key.partition(":")[0]

    @property
    def is_named(self) -> bool:
        """Whether a program says which of its workers it is."""
        worker = self.key.partition(":")[2]
        return worker != "" and not worker.startswith(UNNAMED)

    def is_same(self, other: "Somebody") -> bool:
        """Whether these two may be one person."""
        if self.key == other.key or same_name(self.name, other.name):
            return True
        return self.program == other.program and not (self.is_named and other.is_named)


def same_name(one: str, other: str) -> bool:
    """Whether two names are the same, however they are spelt; two that are not known are not."""
    return one != "" and " ".join(one.split()).casefold() == " ".join(other.split()).casefold()
