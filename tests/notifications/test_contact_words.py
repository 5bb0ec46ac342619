"""What a mail is about, and its own words, told from mails as people write them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from stowline.cases.contact_rules import ABOUT, classify
from stowline.cases.reply_text import clean, own_words, words_of_html
from stowline.cases.spike_rules import is_spike, per_hundred, usual


@pytest.mark.parametrize(
    ("text", "about"),
    [
        ("Hi, where is my order? Thanks", "where"), ("It still hasn't arrived", "where"), ("When will it ship?", "where"),
        ("请问我的包裹到哪了？谢谢", "where"), ("請問什麼時候會收到？", "where"),
        ("Please cancel my order, thank you", "cancel"), ("我想取消订单", "cancel"), ("不想要了", "cancel"),
        ("I want to return it, it does not fit. Too small", "return"), ("可以退貨嗎？", "return"),
        ("The mug arrived broken", "damaged"), ("One item is missing", "damaged"), ("收到時已經破損", "damaged"), ("少了一个杯子", "damaged"),
        ("Lovely mug, thank you!", "thanks"), ("很满意", "thanks"), ("Do you ship to Norway", "other"), ("Breakfast was nice", "other"), ("", "other"),
    ],
)  # fmt: skip
def test_words_tell_what_it_is_about(text: str, about: str) -> None:
    told = classify("Re: Your order was cancelled", text)
    assert (told.about, bool(told.why)) == (about, True)


def test_an_answer_to_a_mail_that_asks_for_feedback_is_feedback_unless_it_says_otherwise() -> None:
    assert classify("Re: How did we do", "The glaze is deep.", "feedback").about == "thanks"
    assert classify("Re: How did we do", "It came broken.", "feedback").about == "damaged"
    assert classify("Cancel", "see subject").about == "cancel"


@pytest.mark.parametrize(
    "quoted",
    [
        "\n\nOn Thu, 26 Nov 2026 at 08:00, Kiln <a@b.example> wrote:\n> Your order\n> cancel it here",
        "\n\nOn Thu, 26 Nov 2026 at 08:00, Kiln <a@b.example>\nwrote:\n\nYour order, not quoted",
        "\n\n-----Original Message-----\nFrom: Kiln\nYour order",
        "\n\n________________________________\nFrom: Kiln <a@b.example>\nYour order",
        "\n\nFrom: Kiln <a@b.example>\nSent: Thursday\nYour order",
        "\n\n在 2026年11月26日，Kiln <a@b.example> 写道：\n> 您的订单", "\n\nKiln <a@b.example> 於 2026年11月26日 週四 上午8:00寫道：\n> 您的訂單",
        "\n\n发件人: Kiln <a@b.example>\n您的订单", "\n\nSent from my iPhone", "\n-- \nInes\n+49 151 2345678",
    ],
)  # fmt: skip
def test_the_mail_below_and_the_signature_are_left_out(quoted: str) -> None:
    assert own_words(f"It is blue.\nNot green.{quoted}") == "It is blue.\nNot green."


def test_an_answer_under_the_quotation_is_kept() -> None:
    assert own_words("On Thu, Kiln <a@b.example> wrote:\n> Which colour?\n\nBlue, please") == "Blue, please"


def test_a_mail_of_html_alone_gives_its_words_without_the_quotation_and_scripts() -> None:
    html = "<html><head><style>p {}</style></head><body><p>Where is<br>my <b>order</b>?</p><div class='gmail_quote'>On … <p>cancel</p></div><blockquote>old</blockquote><script>x</script></body>"
    assert own_words(words_of_html(html)) == "Where is\nmy order?"


@given(st.text(max_size=300))
def test_whatever_is_written_comes_out_as_harmless_text(said: str) -> None:
    for text in (own_words(said), own_words(words_of_html(said))):
        assert text == clean(text)
        assert not set(text) & set("\u202e\u2066\u200b\x00\x1b")
    assert classify(said, said).about in ABOUT


def test_a_spike_is_beyond_mean_and_spread_and_at_least_five() -> None:
    assert (usual([]).most, is_spike(4, [0] * 28), is_spike(5, [0] * 28)) == (4, False, True)
    assert (usual([9] * 28).most, is_spike(18, [9] * 28), is_spike(19, [9] * 28)) == (18, False, True)  # chance alone spreads by three
    uneven = [0, 20] * 14
    assert (is_spike(40, uneven), is_spike(41, uneven)) == (False, True)
    assert (per_hundred(3, 0), per_hundred(3, 200), per_hundred(0, 5)) == (None, 1.5, 0.0)
