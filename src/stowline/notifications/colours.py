"""Colours that read: contrast as WCAG 2.2 reckons it, and a brand's accent moved until it has enough."""


def readable(accent: str, ground: str) -> str:
    """The accent, moved towards black or white until it reads on `ground` (WCAG 2.2 contrast 4.5 : 1)."""
    target = 255 if _luminance(_rgb(ground)) < 0.5 else 0
    for step in range(21):
        mixed = tuple(round(part + (target - part) * step / 20) for part in _rgb(accent))
        if contrast(mixed, _rgb(ground)) >= 4.5:
            break
    return "#{:02x}{:02x}{:02x}".format(*mixed)


def contrast(one: tuple[int, ...], other: tuple[int, ...]) -> float:
    """Contrast ratio of two RGB colours, 1 to 21 (WCAG 2.2, "contrast ratio")."""
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


def _rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


def _luminance(rgb: tuple[int, ...]) -> float:
    parts = [part / 255 for part in rgb]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
