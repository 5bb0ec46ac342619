"""What a share of a sample says about the share of the whole. Pure."""

from math import sqrt

Z_95 = 1.959963984540054
Z_95_ONE_SIDED = 1.6448536269514722


def wilson(hits: int, of: int, z: float = Z_95) -> tuple[float, float]:
    """The interval of a share by its score (Wilson 1927), without a correction for continuity; (0, 1) of nothing."""
    if of <= 0:
        return 0.0, 1.0
    share, spread = hits / of, z * z / of
    middle = share + spread / 2
    reach = z * sqrt(share * (1 - share) / of + spread / (4 * of))
    return max(0.0, (middle - reach) / (1 + spread)), min(1.0, (middle + reach) / (1 + spread))
