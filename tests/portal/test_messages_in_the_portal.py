"""A shopper reads her messages on the order's page, newest first, and says that she has read them."""

from datetime import timedelta

from sqlmodel import select

from stowline.core import clock, db
from stowline.notifications.models import Message
from tests.portal.conftest import Shopper


def keep(ref: str, subject: str, *, hours: int, channel: str = "in-app", state: str = "sent") -> int:
    """A message as the pipeline leaves it: a copy of the order's confirmation by another channel."""
    with db.transaction() as session:
        one = session.exec(select(Message).where(Message.order_ref == ref).limit(1)).one()
        values = one.model_dump(exclude={"id"}) | {
            "key": subject, "channel": channel, "state": state, "subject": subject, "short": f"{subject}!", "sent_at": clock.now() + timedelta(hours=hours),
        }  # fmt: skip
        made = Message(**values)
        session.add(made)
        session.flush()
        return made.id or 0


def test_messages_stand_newest_first_and_are_new_until_read(ines: Shopper) -> None:
    robot = ines.house.robot()
    robot.add_product("MUG")
    for ref in ("1042", "1043"):
        robot.place(ref, {"MUG": 1})
    ines.house.deliver()
    assert "Messages" not in ines.sees("1042").text
    keep("1042", "Confirmed <b>", hours=1)
    keep("1042", "On its way", hours=2)
    keep("1042", "By mail only", hours=3, channel="email")
    keep("1042", "Not yet", hours=4, state="held")
    keep("1043", "Somebody else's", hours=5)
    page = ines.sees("1042")
    assert page.text.index("On its way!") < page.text.index("Confirmed <b>!")
    assert page.text.count("New") == 2
    assert not {"By mail only", "Not yet", "Somebody else's"} & {word for word in ("By mail only", "Not yet", "Somebody else's") if word in page.text}
    later = keep("1042", "Just now", hours=6)
    read = ines.browser.send(page, "/news")
    assert read.text.count("New") == 1
    assert read.text.index("Just now") < read.text.index("On its way!")
    assert ines.browser.send(read, "/news").text.count("New") == 0
    assert later


def test_nobody_marks_what_is_not_theirs(ines: Shopper) -> None:
    ines.house.robot().add_product("MUG")
    ines.house.robot().place("1042", {"MUG": 1})
    ines.house.deliver()
    newest = keep("1042", "On its way", hours=1)
    link = ines.link("1042")
    forged = link[:-1] + ("0" if link[-1] != "0" else "1")
    assert ines.browser.ask("POST", f"{forged}/news", data={"newest": newest}).status_code == 404
    assert ines.browser.ask("POST", f"{link}/news", data={"newest": "x"}).status_code == 422
    assert ines.sees("1042").text.count("New") == 1
