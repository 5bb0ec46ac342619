"""What a contact is about, told from its words in English and in both ways of writing Chinese, and why: pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

WHERE, CANCEL, RETURN, DAMAGED, THANKS, OTHER = "where", "cancel", "return", "damaged", "thanks", "other"
ABOUT: Mapping[str, str] = {
    WHERE: "Where is my order", CANCEL: "Cancel", RETURN: "Return", DAMAGED: "Damaged or missing", THANKS: "Thanks or feedback", OTHER: "Other",
}  # fmt: skip
CHANNELS: Mapping[str, str] = {"mail": "Mail", "phone": "Telephone", "chat": "Chat", "sms": "SMS", "social": "Social media", "in-person": "In person", "other": "Other"}
ASKS_FOR_FEEDBACK = frozenset({"feedback", "thank-you", "follow-up"})
READ = 4000  # characters: what a shopper wants stands at the beginning

# In the order in which they win where as many words speak for each. English phrases stand between word boundaries.
_ENGLISH: Mapping[str, tuple[str, ...]] = {
    DAMAGED: ("damaged", "broken", "broke", "cracked", "smashed", "shattered", "defective", "faulty", "leaking", "wrong item", "wrong product", "wrong size was",
              "(?:is|are|was|were) missing", "missing (?:item|part|piece|product)s?", "not in the (?:box|parcel|package)", "incomplete", "never arrived but"),
    CANCEL: ("cancel", "cancelled", "canceled", "cancellation", "cancelling", "canceling", "do ?n[o'’]t want (?:it|this|the order) any ?more", "no longer (?:want|need)"),
    RETURN: ("return (?:it|this|them|these|the|my|label|form)", "to return", "returning", "send (?:it|this|them|these) back", "sending (?:it|this|them) back", "refund", "exchange",
             "money back", "does ?n[o'’]t fit", "do ?n[o'’]t fit", "too (?:small|large|big)"),
    WHERE: ("where(?: is|'s|’s| are) (?:my|the|our|it)\\b", "when (?:will|does|do|is|can) (?:it|my|the|i|we)\\b", "not (?:yet )?(?:arrived|received|come|here|been delivered)",
            "has ?n[o'’]t (?:yet )?(?:arrived|come|shipped|been delivered)", "have ?n[o'’]t (?:yet )?(?:received|got|gotten)", "still waiting", "tracking", "track my",
            "delivery (?:date|status)", "status of my", "any (?:news|update)s?", "how long", "on its way yet", "(?:has|is) (?:it|my order|my parcel) (?:been )?(?:shipped|sent)"),
    THANKS: ("thank you", "thanks", "thank u", "love (?:it|them|this|the)", "lovely", "great", "wonderful", "beautiful", "perfect", "happy with", "excellent", "amazing", "well done"),
}
_CHINESE: Mapping[str, tuple[str, ...]] = {
    DAMAGED: ("破損", "破损", "壞了", "坏了", "損壞", "损坏", "碎了", "裂", "瑕疵", "缺件", "少了", "漏發", "漏发", "漏寄", "寄錯", "寄错", "發錯", "发错", "不見了", "不见了"),
    CANCEL: ("取消", "不想要了", "不要了", "退訂", "退订"),
    RETURN: ("退貨", "退货", "退款", "換貨", "换货", "退回", "寄回", "退換", "退换", "不合身", "太小", "太大"),
    WHERE: ("到哪", "在哪", "哪裡", "哪里", "還沒收到", "还没收到", "未收到", "沒收到", "没收到", "還沒到", "还没到", "什麼時候", "什么时候", "何時", "何时", "多久", "物流", "進度", "进度",
            "追蹤", "追踪", "快遞單號", "快递单号", "發貨了嗎", "发货了吗", "出貨了嗎", "出货了吗", "幾時", "几时"),
    THANKS: ("謝謝", "谢谢", "感謝", "感谢", "多謝", "多谢", "很喜歡", "很喜欢", "滿意", "满意", "好評", "好评", "漂亮", "太棒"),
}  # fmt: skip
_PATTERNS = {
    about: re.compile("|".join([rf"\b(?:{phrase})(?!\w)" for phrase in _ENGLISH[about]] + [re.escape(phrase) for phrase in _CHINESE[about]]), re.IGNORECASE)
    for about in _ENGLISH
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """What a contact is about, and the reason in words."""

    about: str
    why: str


def classify(subject: str, text: str, answers: str = "") -> Told:
    """What somebody's words are about. `answers` is the kind of our message that they reply to.

    The subject counts only where it is the shopper's own ("Re:" repeats ours). Thanks count where nothing else is
    said: most questions end with them.
    """
    own = "" if re.match(r"\s*(?:re|aw|fw|fwd|回复|回覆|答复|答覆)\s*[:：]", subject, re.IGNORECASE) else subject
    said = f"{own}\n{text}"[:READ]
    hits = {about: _found(pattern, said) for about, pattern in _PATTERNS.items()}
    asked = max((about for about in hits if about != THANKS), key=lambda about: len(hits[about]))
    if hits[asked]:
        return Told(asked, _says(hits[asked]))
    if hits[THANKS]:
        return Told(THANKS, _says(hits[THANKS]))
    if answers in ASKS_FOR_FEEDBACK:
        return Told(THANKS, "It answers a mail that asked how it went.")
    return Told(OTHER, "No word in it tells.")


def _found(pattern: re.Pattern[str], said: str) -> list[str]:
    return list(dict.fromkeys(one[0].casefold() for one in pattern.finditer(said)))


def _says(words: list[str]) -> str:
    return f"It says {', '.join(f'“{one[:40]}”' for one in words[:3])}."
