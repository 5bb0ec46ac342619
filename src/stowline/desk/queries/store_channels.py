"""By which ways a store reaches its shoppers, for managers. Nothing that is secret leaves here."""

from typing import Any

from sqlmodel import Session

from stowline.core import clock
from stowline.core.config import settings
from stowline.notifications import channel_settings, message_hooks
from stowline.notifications.channel_models import ChannelSetting, MessageHook
from stowline.notifications.channel_settings import shown
from stowline.stores import queries as stores

Row = dict[str, Any]
EXAMPLES = {"sms": "twilio://SID:TOKEN@+15550100123/{to}", "whatsapp": "whatsapp://TOKEN@FROM_PHONE_ID/{to}", "push": "ntfy://ntfy.example/orders"}


def view(session: Session, key: str) -> Row:
    """Everything the page draws. Raises NotFound."""
    store = stores.store_by_key(session, key)
    known = channel_settings.gateways(session, store.id or 0)
    hook = message_hooks.of_store(session, store.id or 0)
    return {
        "store": {"key": store.key, "name": store.name}, "mail": _mail(),
        "gateways": [_gateway(channel, name, known.get(channel)) for channel, name in channel_settings.GATEWAYS.items()],
        "hook": _hook(hook) if hook is not None else None,
        "tries": message_hooks.tries(session, hook.id or 0)[:20] if hook is not None else [],
    }  # fmt: skip


def sends_mail() -> bool:
    """Whether a mail server is set: without one mails reach nobody."""
    return bool(settings().smtp_url)


def _mail() -> str:
    """ "By an SMTP server, signed by DKIM. Bounces go to an address of each mail's own." """
    ours = settings()
    if not ours.smtp_url:
        return "Mails are kept on the Messages page and reach nobody, as no mail server is set."
    signed = "signed by DKIM" if ours.dkim_key_file else "unsigned by Stowline"
    back = "to an address of each mail's own" if "{token}" in ours.return_path else f"to {ours.return_path or 'the store’s sender'}"
    return f"By an SMTP server, {signed}. Bounces go {back}."


def _gateway(channel: str, name: str, one: ChannelSetting | None) -> Row:
    kind, word = ("ok", "On") if one and one.active else ("done", "Off") if one else ("", "Not set")
    return {"channel": channel, "name": name, "known": one is not None, "active": bool(one and one.active), "kind": kind, "word": word,
            "shown": shown(one.url, channel) if one else "", "example": EXAMPLES[channel], "changed_at": one.changed_at if one else None,
            "changed_by": one.changed_by if one else ""}  # fmt: skip


def _hook(hook: MessageHook) -> Row:
    two = bool(hook.old_secret) and (hook.old_until is None or hook.old_until > clock.now())
    return {"url": hook.url, "active": hook.active, "why": hook.why, "two": two, "old_until": hook.old_until if two else None,
            "kind": "ok" if hook.active else "bad", "word": "On" if hook.active else "Off"}  # fmt: skip
