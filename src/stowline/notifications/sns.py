"""Whether a message really comes from Amazon SNS: its signature, by a certificate of Amazon's own."""

import base64
import binascii
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from stowline.core import callout, clock
from stowline.notifications import ses_rules

LARGEST_CERTIFICATE = 20_000
Fetch = Callable[[str], bytes]


class NotSigned(Exception):
    """It cannot be shown to come from SNS. `say` tells why, in words."""

    def __init__(self, say: str) -> None:
        super().__init__(say)
        self.say = say


def fetch(url: str) -> bytes:
    """What stands at an address of Amazon's, asked for past every private network. Raises NotSigned."""
    try:
        answer = callout.fetch(url, private=False, read=LARGEST_CERTIFICATE)
    except callout.CalloutFailed as failed:
        raise NotSigned(f"Amazon could not be asked: {failed.say}.") from failed
    if answer.status != 200:
        raise NotSigned(f"Amazon answered {answer.status} when asked for its certificate.")
    return answer.body


@lru_cache(maxsize=16)
def _kept(url: str) -> bytes:
    return fetch(url)


def verify(said: Mapping[str, str], get: Fetch = _kept) -> None:
    """Raise NotSigned unless the message is signed by a certificate that stands at an address of SNS."""
    from cryptography import x509  # noqa: PLC0415  (only who uses SES needs it)
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415
    from cryptography.hazmat.primitives import hashes  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import padding, rsa  # noqa: PLC0415

    url, version = said.get("SigningCertURL", ""), said.get("SignatureVersion", "")
    if said.get("Type") not in ses_rules.KINDS or not ses_rules.is_certificate(url):
        raise NotSigned("Its certificate is not at an address of Amazon SNS.")
    digest: Any = {"1": hashes.SHA1, "2": hashes.SHA256}.get(version)
    try:
        certificate = x509.load_pem_x509_certificate(get(url))
        mark = base64.b64decode(said.get("Signature", ""), validate=True)
        text = ses_rules.signed_text(said)
    except (ValueError, KeyError, binascii.Error) as error:
        raise NotSigned("Its signature or certificate cannot be read.") from error
    key = certificate.public_key()
    if digest is None or not isinstance(key, rsa.RSAPublicKey):
        raise NotSigned("It is signed in a way that SNS does not use.")
    if not certificate.not_valid_before_utc <= clock.now() <= certificate.not_valid_after_utc:
        raise NotSigned("Its certificate is not valid at this time.")
    try:
        key.verify(mark, text, padding.PKCS1v15(), digest())
    except InvalidSignature as error:
        raise NotSigned("Its signature does not fit.") from error
