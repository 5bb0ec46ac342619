"""Managers' pages."""

CONTROLLERS: list[type] = []


def fill_rail() -> None:
    """The sections of the rail."""
