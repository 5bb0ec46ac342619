"""What may stand on the calendar, who reads which variant, and what a comparison of two of them may claim. Pure."""

from dataclasses import dataclass
from math import sqrt

from stowline.core.shares import Z_95, wilson
from stowline.notifications.run_rules import FASTEST, LONGEST_BODY, LONGEST_SUBJECT, wrong
from stowline.notifications.sequence_rules import lot

KINDS = {"news": "News", "greeting-card": "Greeting card", "win-back": "We miss you"}
WHO = {"agreed": "Everybody who agreed", "recent": "Who ordered in the last days", "away": "Who has not ordered for days"}
OUTCOMES = {"ordered": "ordered", "replied": "answered", "left": "stopped marketing"}
COUNT_DAYS = 7
"""So many days after somebody's turn what they do counts as its outcome."""
FEWEST = 30
"""With fewer messages of a variant nothing is concluded, whatever the interval says."""


@dataclass(frozen=True, slots=True)
class Words:
    """What an entry says; `headline_b` and `body_b` to `share_b` of a hundred people."""

    headline: str
    body: str
    headline_b: str = ""
    body_b: str = ""
    share_b: int = 0
    per_minute: int = 60


def trouble(words: Words) -> tuple[str, str]:
    """What is wrong with it, as (field, sentence); ("", "") if nothing is."""
    texts = [("headline", words.headline, LONGEST_SUBJECT, "Write a headline."), ("body", words.body, LONGEST_BODY, "Write what they are to read.")]
    if words.share_b:
        texts += [("headline_b", words.headline_b, LONGEST_SUBJECT, "Write the other headline."), ("body_b", words.body_b, LONGEST_BODY, "Write the other text.")]
    for field, text, longest, missing in texts:
        if say := wrong(text, longest, missing, one_line=field.startswith("headline")):
            return field, say
    if not 0 <= words.share_b <= 90:
        return "share_b", "From 0 to 90 of a hundred people may read the other text."
    return ("", "") if 1 <= words.per_minute <= FASTEST else ("per_minute", f"From 1 to {FASTEST} messages a minute.")


def variant(entry_id: int, customer_id: int, share_b: int) -> str:
    """Which variant a person reads: by lot, the same however often it is asked for; of a hundred people `share_b` get b."""
    return "b" if lot(f"entry:{entry_id}:customer:{customer_id}", 0, 99) < share_b else "a"


# --- what two of them may claim ---------------------------------------------------------------------------------------


def difference(hits_a: int, of_a: int, hits_b: int, of_b: int, z: float = Z_95) -> tuple[float, float]:
    """The interval of the share of b less the share of a (Newcombe 1998, method 10: from both scores)."""
    if of_a <= 0 or of_b <= 0:
        return -1.0, 1.0
    a, b = hits_a / of_a, hits_b / of_b
    (low_a, high_a), (low_b, high_b) = wilson(hits_a, of_a, z), wilson(hits_b, of_b, z)
    return max(-1.0, b - a - sqrt((b - low_b) ** 2 + (high_a - a) ** 2)), min(1.0, b - a + sqrt((high_b - b) ** 2 + (a - low_a) ** 2))


def claim(what: str, hits_a: int, of_a: int, hits_b: int, of_b: int) -> str:
    """What may be said of one outcome, with its uncertainty, as sentences."""
    if not of_a or not of_b:
        return "Nothing can be concluded: one of the two went to nobody yet."
    low, high = difference(hits_a, of_a, hits_b, of_b)
    said = (f"Of the first {hits_a:,} of {of_a:,} {what} ({hits_a / of_a:.1%}), of the other {hits_b:,} of {of_b:,} ({hits_b / of_b:.1%}). "
            f"The difference lies between {100 * low:+.1f} and {100 * high:+.1f} points with 95 % confidence.")  # fmt: skip
    if min(of_a, of_b) < FEWEST:
        return f"{said} Nothing can be concluded: each went to fewer than {FEWEST} people, or one did."
    if low <= 0 <= high:
        return f"{said} Nothing can be concluded: it may as well be chance."
    return f"{said} {'More' if low > 0 else 'Fewer'} {what} of the other one."
