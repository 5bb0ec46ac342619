"""What a mail puts on before it leaves: the return path that names it, a mark that comes back with it, its signature."""

from dataclasses import dataclass

from stowline.notifications import return_path
from stowline.notifications.channels import mime
from stowline.notifications.channels.dkim_sign import Signer
from stowline.notifications.channels.envelope import Envelope, Prepared

MARK = "X-Stowline-Ref"
FOR_POSTMARK = "X-PM-Metadata-stowline"
"""Postmark has a return path of its own, and gives back only what is named so."""


@dataclass(frozen=True, slots=True)
class Dress:
    """How mails of this installation leave. Without `key` nothing can be marked, without `signer` nothing is signed."""

    path: str = ""
    key: bytes = b""
    signer: Signer | None = None
    postmark: bool = False

    def put_on(self, envelope: Envelope) -> Prepared:
        """The mail as it goes. The sender in its headers stays the store's. Raises DeliveryFailed."""
        mark = return_path.token(envelope.ident, self.key) if envelope.ident and self.key else ""
        more = {MARK: mark} | ({FOR_POSTMARK: mark} if self.postmark else {})
        plain = mime.prepare(envelope, more if mark else {})
        message = self.signer.signed(plain.message, plain.sender) if self.signer else plain.message
        sender = self.path.replace(return_path.PLACE, mark or "none") if self.path else plain.sender
        return Prepared(sender, plain.recipient, message, plain.utf8)


PLAIN = Dress()
