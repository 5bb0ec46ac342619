"""What channels are given, what they make of it, and how they fail."""

from dataclasses import dataclass
from datetime import datetime

from stowline.notifications.render import Brand, Rendered


@dataclass(frozen=True, slots=True)
class Attachment:
    """A PDF that goes with a message, under its file name."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Envelope:
    """One rendered message with its address.

    `message_id` and `thread_id` come from rules.py ("" where it is about no order); `date` is aware; `unsubscribe_url` is
    set for what a shopper can leave (an address that unsubscribes on POST, RFC 8058). `ident` is the message's own number, 0
    for what is no message of ours (a test).
    """

    kind: str
    order_ref: str
    message_id: str
    thread_id: str
    to_address: str
    to_name: str
    brand: Brand
    rendered: Rendered
    date: datetime
    unsubscribe_url: str = ""
    attachments: tuple[Attachment, ...] = ()
    ident: int = 0


@dataclass(frozen=True, slots=True)
class Prepared:
    """A message ready to go. `utf8` says that its addresses need SMTPUTF8 (RFC 6531)."""

    sender: str
    recipient: str
    message: bytes
    utf8: bool = False


class DeliveryFailed(Exception):
    """The other side did not take the message, or did not say.

    `say` is a sentence for staff. `permanent`: trying again cannot help. `unsure`: it may have arrived, so it must not
    be repeated unasked. `retry_after`: seconds the other side asked us to wait, if it did. `down`: the provider itself
    does not work, whoever the message is for.
    """

    def __init__(
        self, say: str, *, permanent: bool = False, unsure: bool = False, retry_after: float | None = None, down: bool = False
    ) -> None:
        super().__init__(say)
        self.say = say
        self.permanent = permanent
        self.unsure = unsure
        self.retry_after = retry_after
        self.down = down
