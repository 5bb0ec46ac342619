"""Settings from the environment (`STOWLINE_*`), and where the product's own files lie."""

import contextlib
import re
import secrets
from functools import lru_cache
from pathlib import Path
from typing import Literal
from zoneinfo import ZoneInfo

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

_DATABASES = ("sqlite:///", "postgresql://", "postgresql+psycopg://", "postgres://")


class Settings(BaseSettings):
    """Every setting, with its default. `docs/settings.md` says the same in words; a test compares the two."""

    model_config = SettingsConfigDict(env_prefix="STOWLINE_", extra="ignore")

    data_dir: Path = Field(Path("var"), description="Folder for the SQLite file and the secret key.")
    database_url: str = Field("", description="sqlite:///FILE or postgresql://…; default: stowline.db in the data dir.")
    broker_url: str = Field("", description="redis://… or amqp://…; default: in memory, in the same process.")
    smtp_url: str = Field("", description="smtp://user:password@host:port; default: the built-in mailbox page.")
    return_path: str = Field("", max_length=200, description="Address that bounces go to, {token} in it naming the message; default: the store's own.")
    dkim_key_file: str = Field("", max_length=300, description="PEM file of the RSA key that signs mails (DKIM); {domain} in it: one for each sender's domain.")
    dkim_selector: str = Field("stowline", pattern=r"^[A-Za-z0-9]([A-Za-z0-9.-]{0,61}[A-Za-z0-9])?$", description="Selector under which the DKIM key is published.")
    bounce_imap_url: str = Field("", description="imaps://user:password@host/INBOX: the mailbox that bounces come back to; default: none is read.")
    ses_topic_arn: str = Field("", max_length=256, description="SNS topic by which Amazon SES tells of bounces; default: POST /bounces/ses is closed.")
    postmark_token: str = Field("", max_length=200, description="Password that Postmark's webhooks bring; default: POST /bounces/postmark is closed.")
    public_url: str = Field("http://127.0.0.1:8000", description="Address that shoppers and staff use, for links.")
    secret_key: str = Field("", description="Key that signs links; default: made once and kept in the data dir.")
    secure_cookies: bool = Field(False, description="Send cookies over https only (set this behind a TLS proxy).")
    time_zone: str = Field("UTC", description="IANA name of the warehouse's time zone, for staff pages.")
    warehouse_name: str = Field("", max_length=70, description="Name that suppliers are written to under; default: the first store's.")
    warehouse_email: str = Field("", max_length=254, description="Address that suppliers are written to from; default: the first store's.")
    gs1_prefix: str = Field("", description="GS1 company prefix of the warehouse, 4 to 12 digits, for SSCCs of its own pallets.")
    message_grace_s: int = Field(120, ge=0, description="Seconds a scan-driven message waits for an undo.")
    message_retention_days: int = Field(0, ge=0, le=36500, description="Days after which the texts of messages that are settled are removed; 0: never.")
    basket_retention_days: int = Field(90, ge=1, le=3650, description="Days after which a basket that nobody touched is forgotten.")
    alarm_p95_s: int = Field(600, ge=0, description="Seconds from event to inbox that 19 of 20 messages of an hour must keep to; 0: no alarm.")
    alarm_dead: int = Field(10, ge=0, description="Messages that may die within a day before there is an alarm; 0: no alarm.")
    backorder_notice_after_s: int = Field(900, ge=0, description="Seconds a line waits before its shopper is told.")
    good_news_days: int = Field(7, ge=0, le=365, description="Days by which a promise must begin sooner than told before its shopper hears of it; 0: never.")
    upload_limit_bytes: int = Field(10_000_000, ge=1024, description="Largest request body that is read, in bytes.")
    proof_hour: int = Field(2, ge=0, le=23, description="Hour of the night, by the warehouse's clock, of the nightly proof.")
    webhook_private: bool = Field(False, description="Let webhooks post to http and to addresses of a private network.")
    cover_days: int = Field(2, ge=0, le=28, description="Days, today included, whose expected picks a pick face must hold.")
    slot_units: int = Field(100, ge=1, description="Units that a slot of the backorder shelf holds, where it has no limit of its own.")
    cross_dock_orders: int = Field(12, ge=0, description="Orders that one receive scan sends straight to the pack bench, at most.")
    lease_s: int = Field(900, ge=5, description="Seconds a picker's claim on a task lasts without a scan.")
    worker_threads: int = Field(2, ge=1, le=64, description="Threads that carry out reactions, and as many that send messages.")
    web_threads: int = Field(16, ge=1, le=200, description="Threads that answer requests in one web process.")
    log_format: Literal["text", "json"] = Field("text", description="Log lines for people or for machines.")
    log_level: Literal["debug", "info", "warning", "error"] = Field("info", description="The least that is logged.")

    @field_validator("database_url")
    @classmethod
    def _is_a_database_of_ours(cls, url: str) -> str:
        if url and not url.startswith(_DATABASES):
            raise ValueError("It starts with sqlite:/// or postgresql://, or is left out.")
        return url

    @field_validator("return_path")
    @classmethod
    def _is_a_return_path(cls, address: str) -> str:
        name, _, domain = address.replace("{token}", "m" + "9" * 30).partition("@")
        if address and not (re.fullmatch(r"[A-Za-z0-9.+=_-]{1,64}", name) and re.fullmatch(r"[A-Za-z0-9.-]{1,190}", domain)):
            raise ValueError("It looks like bounces+{token}@mail.example.")
        return address

    @field_validator("gs1_prefix")
    @classmethod
    def _is_a_prefix(cls, digits: str) -> str:
        if digits and not re.fullmatch(r"[0-9]{4,12}", digits):
            raise ValueError("A GS1 company prefix has 4 to 12 digits.")
        return digits

    @field_validator("time_zone")
    @classmethod
    def _is_a_zone(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (KeyError, ValueError, OSError):  # not found, no name at all, or a folder of zones
            raise ValueError("It is an IANA name such as Europe/Berlin.") from None
        return name

    def database(self) -> str:
        """The database URL in the form SQLAlchemy takes."""
        url = self.database_url or f"sqlite:///{(self.data_dir / 'stowline.db').absolute()}"
        for short in ("postgresql://", "postgres://"):
            if url.startswith(short):
                return "postgresql+psycopg://" + url.removeprefix(short)
        return url

    def key(self) -> bytes:
        """The signing key: the setting, else a file in the data dir that is made on first use."""
        return (self.secret_key or _kept_key(self.data_dir)).encode()


@lru_cache(maxsize=8)
def _kept_key(data_dir: Path) -> str:
    data_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    file = data_dir / "secret.key"
    if not file.exists():
        fresh = file.with_suffix(f".{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(48))
        with contextlib.suppress(FileExistsError):  # another process made it first: theirs counts
            file.hardlink_to(fresh)
        fresh.unlink()
    return file.read_text().strip()


@lru_cache(maxsize=1)
def settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def asset_dir(name: Literal["templates", "static", "migrations"]) -> Path:
    """Where the product's own files lie: in the checkout, else inside the installed package."""
    package = Path(__file__).resolve().parents[1]
    checkout = package.parents[1] / name
    return checkout if checkout.is_dir() and (package.parents[1] / "pyproject.toml").exists() else package / "_assets" / name
