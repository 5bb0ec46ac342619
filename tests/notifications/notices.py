"""Notices as mail servers send them, made by hand after their forms: who reports, what happened, what came back."""

from stowline.notifications import return_path

KEY = b"the house's own"
TO = "ines@post.example"
MAIL_ID = "<0123456789abcdef0123456789abcdef@kiln.example>"


def returned(ident: int = 0, key: bytes = KEY) -> str:
    """The head of the mail that came back."""
    mark = f"X-Stowline-Ref: {return_path.token(ident, key)}\n" if ident else ""
    return f"From: Kiln & Cup <hello@kiln.example>\nTo: Ines Moreau <{TO}>\nSubject: Your order is confirmed\nMessage-ID: {MAIL_ID}\n{mark}"


def report(sender: str, per_message: str, per_recipient: str, *, to: str = "hello@kiln.example", words: str = "", own: str = "", part: str = "text/rfc822-headers",
           head: str | None = None, more: str = "") -> bytes:  # fmt: skip
    own = own or f"<{abs(hash(per_recipient + to))}@mx.example>"
    said = f"""Return-Path: <>
From: {sender}
To: {to}
Subject: Undelivered Mail Returned to Sender
Date: Thu, 26 Nov 2026 08:00:00 +0000
Message-ID: {own}
Auto-Submitted: auto-replied
{more}MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="B1"

This is a MIME-encapsulated message.

--B1
Content-Type: text/plain; charset=us-ascii

{words or "The mail could not be delivered."}

--B1
Content-Type: message/delivery-status

{per_message}

{per_recipient}

--B1
Content-Type: {part}

{returned() if head is None else head}

--B1--
"""
    return said.replace("\n", "\r\n").encode()


def postfix(status: str, words: str, *, action: str = "failed", **more: str) -> bytes:
    return report(
        "MAILER-DAEMON@mx.kiln.example (Mail Delivery System)",
        "Reporting-MTA: dns; mx.kiln.example\nX-Postfix-Queue-ID: 4Q1\nX-Postfix-Sender: rfc822; hello@kiln.example\nArrival-Date: Thu, 26 Nov 2026 07:59:00 +0000 (UTC)",
        f"Final-Recipient: rfc822; {TO}\nOriginal-Recipient: rfc822;{TO}\nAction: {action}\nStatus: {status}\nRemote-MTA: dns; mx.post.example\nDiagnostic-Code: smtp; {words}",
        **more,
    )  # fmt: skip


def exim(status: str, words: str) -> bytes:
    return report(
        "Mail Delivery System <Mailer-Daemon@mail.kiln.example>", "Reporting-MTA: dns; mail.kiln.example",
        f"Action: failed\nFinal-Recipient: rfc822;{TO}\nStatus: {status}\nRemote-MTA: dns; mx.post.example\nDiagnostic-Code: smtp; {words}",
        words="This message was created automatically by mail delivery software.", part="message/rfc822", head=returned() + "\nHello", more=f"X-Failed-Recipients: {TO}\n",
    )  # fmt: skip


def old_exim(words: str) -> bytes:
    return f"""Return-Path: <>
From: Mail Delivery System <Mailer-Daemon@mail.kiln.example>
To: hello@kiln.example
X-Failed-Recipients: {TO}
Auto-Submitted: auto-replied
Subject: Mail delivery failed: returning message to sender
Message-ID: <E1old@mail.kiln.example>
Date: Thu, 26 Nov 2026 08:00:00 +0000

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  {TO}
    {words}

------ This is a copy of the message, including all the headers. ------

{returned()}
Hello
""".encode()


def exchange(status: str, words: str) -> bytes:
    return report(
        "Microsoft Outlook <postmaster@post.example>", "Reporting-MTA: dns;mail.post.example\nReceived-From-MTA: dns;mx.kiln.example\nArrival-Date: Thu, 26 Nov 2026 08:00:00 +0000",
        f"Final-Recipient: rfc822;{TO}\nAction: failed\nStatus: {status}\nDiagnostic-Code: smtp;{words}\nX-Display-Name: Ines Moreau",
        part="message/rfc822", head=returned() + "\nHello",
    )  # fmt: skip


def gmail(status: str, words: str, action: str = "failed") -> bytes:
    inner = f"""From: Mail Delivery Subsystem <mailer-daemon@googlemail.example>
To: hello@kiln.example
Auto-Submitted: auto-replied
Subject: Delivery Status Notification (Failure)
Message-ID: <g1@mx.googlemail.example>
Date: Thu, 26 Nov 2026 00:00:00 -0800
X-Failed-Recipients: {TO}
MIME-Version: 1.0
Content-Type: multipart/report; boundary="O"; report-type=delivery-status

--O
Content-Type: multipart/related; boundary="R"

--R
Content-Type: multipart/alternative; boundary="A"

--A
Content-Type: text/plain; charset="UTF-8"

** Address not found **
--A
Content-Type: text/html; charset="UTF-8"

<p>Address not found</p>
--A--
--R
Content-Type: image/png; name="icon.png"
Content-Transfer-Encoding: base64

iVBORw0KGgo=
--R--
--O
Content-Type: message/delivery-status

Reporting-MTA: dns; googlemail.example
Arrival-Date: Thu, 26 Nov 2026 00:00:00 -0800 (PST)
X-Original-Message-ID: {MAIL_ID}

Final-Recipient: rfc822; {TO}
Action: {action}
Status: {status}
Remote-MTA: dns; mx.post.example. (203.0.113.9, the server for the domain post.example.)
Diagnostic-Code: smtp; {words}
Last-Attempt-Date: Thu, 26 Nov 2026 00:00:00 -0800 (PST)

--O
Content-Type: message/rfc822

{returned()}
Hello
--O--
"""
    return inner.replace("\n", "\r\n").encode()


def complaint(kind: str = "abuse", *, part: str = "message/rfc822", mail_from: str = "hello@kiln.example", head: str | None = None) -> bytes:
    return f"""From: <feedback@isp.example>
To: fbl@kiln.example
Subject: FW: Your order is confirmed
Date: Thu, 26 Nov 2026 08:00:00 +0000
Message-ID: <fbl-{kind}@isp.example>
MIME-Version: 1.0
Content-Type: multipart/report; report-type=feedback-report; boundary="F"

--F
Content-Type: text/plain; charset="US-ASCII"

This is an email abuse report.

--F
Content-Type: message/feedback-report

Feedback-Type: {kind}
User-Agent: SomeISP/1.0
Version: 1
Original-Mail-From: <{mail_from}>
Original-Rcpt-To: <{TO}>
Arrival-Date: Thu, 26 Nov 2026 07:00:00 +0000
Source-IP: 192.0.2.1

--F
Content-Type: {part}

{returned() if head is None else head}
Hello
--F--
""".encode()


ANSWER = f"""Return-Path: <{TO}>
From: Ines Moreau <{TO}>
To: bounces+m1-00000000000000000000@mail.example
Subject: Re: Your order is confirmed
In-Reply-To: {MAIL_ID}
Message-ID: <answer@post.example>
Date: Thu, 26 Nov 2026 08:00:00 +0000

It has not arrived: 550 5.1.1 user unknown, says the parcel. Can you help?
""".encode()

AWAY = f"""Return-Path: <>
From: {TO}
To: hello@kiln.example
Subject: Out of office
Auto-Submitted: auto-replied
Message-ID: <away@post.example>

I am away until Monday.
""".encode()
