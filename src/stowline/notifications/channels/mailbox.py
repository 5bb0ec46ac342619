"""The built-in mailbox: where mail goes while no SMTP server is set. Its page shows the renderings that are kept."""

from collections.abc import Callable

from stowline.notifications.channels.envelope import Envelope, Prepared


class MailboxChannel:
    """Delivers by keeping: the message row already holds the rendering, so there is nowhere else to bring it."""

    name = "mailbox"

    def prepare(self, envelope: Envelope) -> Prepared:
        """The text part; nobody reads it from here."""
        body = envelope.rendered.text.encode("utf-8", "replace")
        return Prepared(envelope.brand.from_address, envelope.to_address, body)

    def send(self, prepared: Prepared, before_data: Callable[[], None] | None = None) -> None:  # noqa: ARG002 - as every channel
        """Delivered."""
        if before_data:
            before_data()

    def close(self) -> None:
        """Nothing is held open."""
