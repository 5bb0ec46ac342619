"""Messages in the portal: delivered by keeping, as the mailbox does; the order's page shows them to its shopper."""

from stowline.notifications.channels.mailbox import MailboxChannel


class InAppChannel(MailboxChannel):
    """The message row is where the shopper reads it, on the page of the order."""

    name = "in-app"
