"""A store's colour on the shopper's page: a small style sheet for day and night."""

from stowline.notifications.colours import readable

DAY, NIGHT = "#deecef", "#15323a"  # of all grounds that the accent stands on, the one on which it is hardest to read: a chip's


def stylesheet(accent: str) -> str:
    """The custom properties that carry the accent "#rrggbb", each side with a contrast of at least 4.5 to its ground."""
    day, night = _side(accent, DAY, "#ffffff"), _side(accent, NIGHT, "#07191e")
    return (
        f':root, [data-bs-theme="light"] {{ {day} }}\n'
        f"@media (prefers-color-scheme: dark) {{ :root:not([data-bs-theme]) {{ {night} }} }}\n"
        f'[data-bs-theme="dark"] {{ {night} }}\n'
    )


def _side(accent: str, ground: str, on: str) -> str:
    return f"--accent: {readable(accent, ground)}; --on-accent: {on};"
