"""The states of a parcel, and decisions about it."""

# state -> the states it may go to. A label is printed before it is handed over; a handover may be taken back. One is
# emptied when all that was in it was refunded.
STATES = {
    "open": ("sealed", "emptied"),
    "sealed": ("labelled", "open", "emptied"),
    "labelled": ("handed_over", "emptied"),
    "handed_over": ("labelled",),
    "emptied": (),
}


def may_become(state: str, after: str) -> bool:
    """Whether a parcel in `state` may go to `after`."""
    return after in STATES[state]


def parcel_code(order_id: int, n: int) -> str:
    """The code printed on an order's n-th parcel. Order ids are unique in the house, so is this."""
    return f"PC{order_id}-{n}"


def weight(units: list[tuple[int, int | None]]) -> int | None:
    """Weight of a parcel in g from (units, g each); None as soon as one product's weight is unknown."""
    total = 0
    for n, each in units:
        if each is None:
            return None
        total += n * each
    return total
