"""Runs of the integrity proof, and what each invariant said."""

from datetime import datetime

from sqlalchemy import JSON, CheckConstraint, Index, text
from sqlmodel import Field, SQLModel

from stowline.core.db import UtcDateTime

RUNS_NOW = "state = 'running'"


class ProofRun(SQLModel, table=True):
    """One run over all invariants: `done` of `of` are asked. running -> held | broken | failed | stopped.

    `taken_at` is when a worker took it up, `beat_at` when that worker was last heard of. One run at a time: the unique
    key on the state of a running one says so.
    """

    __tablename__ = "proof_run"
    __table_args__ = (
        CheckConstraint("state IN ('running', 'held', 'broken', 'failed', 'stopped')", name="ck_proof_run_state"),
        Index("ix_proof_run_now", "state", unique=True, sqlite_where=text(RUNS_NOW), postgresql_where=text(RUNS_NOW)),
        Index("ix_proof_run_started", "started_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    asked_by: str = Field(max_length=120)
    nightly: bool = False
    started_at: datetime = Field(sa_type=UtcDateTime)
    taken_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    beat_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    state: str = Field(default="running", max_length=8)
    done: int = 0
    of: int
    why: str = Field(default="", max_length=300)


class ProofResult(SQLModel, table=True):
    """What one invariant said in one run: up to 20 breaches as sentences of `n` (counted to 10,000), and since when it
    is broken: the moment it was asked in the first of the unbroken row of runs that found it broken. `differs` marks
    a result unlike the one before it: those are kept for longer.
    """

    __tablename__ = "proof_result"
    __table_args__ = (Index("ix_proof_result_name", "name", "run_id"),)

    run_id: int = Field(primary_key=True, foreign_key="proof_run.id")
    name: str = Field(primary_key=True, max_length=80)
    holds: bool
    n: int
    breaches: list[str] = Field(sa_type=JSON)
    asked_at: datetime = Field(sa_type=UtcDateTime)
    took_ms: int
    broken_since: datetime | None = Field(default=None, sa_type=UtcDateTime)
    differs: bool
