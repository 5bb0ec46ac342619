"""Which parts of a GS1 message may stand together, and which want another beside them. Pure.

Source: GS1 General Specifications, 4.13 (invalid pairs) and 4.14 (mandatory associations), for the application
identifiers (AIs) that we book by and for those that lean on them. No AI is the beginning of another one, so "31" here
means every AI that starts so.
"""

from collections.abc import Collection, Mapping

_GOODS = (("01",), ("02",), ("03",), ("8006",), ("8026",))
_MEASURES = ("30", "31", "32", "35", "36")

_NEVER_TOGETHER = (
    ("01", "02"), ("01", "03"), ("01", "37"), ("01", "255"), ("01", "8006"), ("02", "03"), ("02", "255"),
    ("02", "8026"), ("03", "37"), ("37", "8006"), ("21", "235"), ("392", "393"), ("392", "395"),
)  # fmt: skip
_ONCE_PER_KIND = ("31", "32", "33", "34", "35", "36", "39")  # the fourth digit only places the decimal point

# AI -> the groups of AIs of which one whole group has to be known of the same goods.
_WANTS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "02": (("37",),),
    "37": (("00", "02"), ("00", "8026")),
    "10": _GOODS, "11": _GOODS, "13": _GOODS, "15": _GOODS, "16": _GOODS, "20": _GOODS,
    "17": (*_GOODS, ("255",)),
    "21": (("01",), ("03",), ("8006",)),
    "22": (("01",),),
    "235": (("01",),),
    "250": (("01", "21"), ("03", "21"), ("8006", "21")),
    "30": (("01",), ("02",)),
    "392": tuple(("01", measure) for measure in _MEASURES),
    "8030": (
        ("00",), ("01", "21"), ("03", "21"), ("253",), ("255",), ("8003",), ("8004",), ("8006", "21"),
        ("8010", "8011"), ("8017",), ("8018",),
    ),
}  # fmt: skip


def at_odds(ais: Collection[str]) -> bool:
    """True if two of these AIs can never describe the same goods: an item and the content of a carton, for example."""
    if any(_has(ais, one) and _has(ais, other) for one, other in _NEVER_TOGETHER):
        return True
    kinds = [ai[:3] for ai in ais if ai[:2] in _ONCE_PER_KIND and len(ai) == 4]
    return len(kinds) > len(set(kinds))


def is_complete(ais: Collection[str]) -> bool:
    """True if no AI here wants one beside it that is missing (a lot wants its product).

    GS1 judges this over all the barcodes on an item together, so an incomplete message is no wrong one: the rest may
    stand on the label's other barcode.
    """
    return all(
        any(all(_has(ais, part) for part in group) for group in groups)
        for ai, groups in _WANTS.items()
        if _has(ais, ai)
    )


def _has(ais: Collection[str], beginning: str) -> bool:
    return any(ai.startswith(beginning) for ai in ais)
