"""Amazon SNS as it signs: a certificate of its own making, and messages in the form SNS sends."""

import base64
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.x509.oid import NameOID

TOPIC = "arn:aws:sns:eu-west-1:123456789012:bounces"
CERTIFICATE = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
CONFIRM = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"


def _key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@dataclass
class Amazon:
    """Who asks for what is in `asked`; everything but the certificate is answered with a word."""

    key: rsa.RSAPrivateKey = field(default_factory=_key)
    days: tuple[int, int] = (-30, 300)
    asked: list[str] = field(default_factory=list)

    def get(self, url: str) -> bytes:
        self.asked.append(url)
        return self.certificate() if url == CERTIFICATE else b"ok"

    def certificate(self) -> bytes:
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "sns.amazonaws.com")])
        now = datetime.now(UTC)
        made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(self.key.public_key()).serial_number(1)
        made = made.not_valid_before(now + timedelta(days=self.days[0])).not_valid_after(now + timedelta(days=self.days[1]))
        return made.sign(self.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    def says(self, message: Any, kind: str = "Notification", version: str = "2", **more: str) -> dict[str, str]:
        said = {"Type": kind, "MessageId": "22b80b92-fdea-4c2c-8f9d-bdfb0c7bf324", "TopicArn": TOPIC, "Timestamp": "2026-11-26T08:00:00.000Z",
                "Message": message if isinstance(message, str) else json.dumps(message), "SignatureVersion": version, "SigningCertURL": CERTIFICATE} | more  # fmt: skip
        if kind != "Notification":
            said |= {"Token": "t", "SubscribeURL": more.get("SubscribeURL", CONFIRM)}
        # The order of https://docs.aws.amazon.com/sns/latest/dg/sns-verify-signature-of-message.html, written out here once more
        names = ["Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"] if kind == "Notification" else [
            "Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"]  # fmt: skip
        text = "".join(f"{name}\n{said[name]}\n" for name in names if name in said).encode()
        digest = hashes.SHA1() if version == "1" else hashes.SHA256()
        return said | {"Signature": base64.b64encode(self.key.sign(text, padding.PKCS1v15(), digest)).decode()}


def bounce(address: str, *, kind: str = "Permanent", source: str = "hello@kiln.example", ident: str = "f-1", **more: Any) -> dict[str, Any]:
    return {
        "notificationType": "Bounce",
        "bounce": {"bounceType": kind, "bounceSubType": "General", "feedbackId": ident, "timestamp": "2026-11-26T08:00:00.000Z", "reportingMTA": "dsn; a8-70.smtp-out.amazonses.com",
                   "bouncedRecipients": [{"emailAddress": address, "action": "failed", "status": "5.1.1", "diagnosticCode": "smtp; 550 5.1.1 user unknown"}]},
        "mail": {"timestamp": "2026-11-26T07:59:00.000Z", "messageId": "00000137860315fd", "source": source, "destination": [address], **more},
    }  # fmt: skip


def complaint(address: str, ident: str = "c-1") -> dict[str, Any]:
    return {"eventType": "Complaint", "complaint": {"complainedRecipients": [{"emailAddress": address}], "complaintFeedbackType": "abuse", "feedbackId": ident},
            "mail": {"source": "hello@kiln.example"}}  # fmt: skip
