"""What shoppers of the demo ask often, with its answers, on the page of every order."""

from sqlmodel import Session

from stowline.cases import service as cases

ANSWERS = (
    ("asked-which-day", "en", "Which day can I count on?", "The one at the top of this page. It comes from what suppliers say and from how well such days held before. If it does not hold, we write to you."),
    ("asked-which-day", "zh-Hant", "哪一天最準確？", "請看本頁最上方的日期。它是依供應商的說法與過去的準時程度估算的。若有變動，我們會寫信通知您。"),
    ("asked-which-day", "zh-Hans", "哪一天最准确？", "请看本页最上方的日期。它是根据供应商的说法与过去的准时程度估算的。若有变动，我们会写信通知您。"),
    ("asked-not-home", "en", "What if nobody is at home?", "The carrier usually tries again, or leaves a note on where to fetch it. Each parcel on this page shows what the carrier said last."),
    ("asked-not-home", "zh-Hant", "送達時家裡沒有人怎麼辦？", "物流業者通常會再送一次，或留下領取通知。本頁的每個包裹都會顯示最新的配送狀況。"),
    ("asked-not-home", "zh-Hans", "送达时家里没有人怎么办？", "物流公司通常会再送一次，或留下取件通知。本页的每个包裹都会显示最新的配送状态。"),
    ("asked-change-mind", "en", "Can I still change my mind?", "Until we begin to pack order {{ order }}: look under Change something. After that you can send it back."),
    ("asked-change-mind", "zh-Hant", "還可以改變主意嗎？", "在開始包裝訂單 {{ order }} 之前都可以，請看「變更訂單」。之後您可以退回商品。"),
    ("asked-change-mind", "zh-Hans", "还可以改变主意吗？", "在开始打包订单 {{ order }} 之前都可以，请看“更改订单”。之后您可以退回商品。"),
)  # fmt: skip


def answer(session: Session) -> None:
    """Write them."""
    for key, locale, title, text in ANSWERS:
        cases.save_snippet(session, key=key, locale=locale, title=title, text=text, who="Ruth", public=True)
