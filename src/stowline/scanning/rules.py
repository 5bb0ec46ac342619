"""What a scan asks and what it gets: plain values, shared by every workflow."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from stowline.scanning.codes import Reading

ACCEPTED, REFUSED, CONFLICT = "accepted", "refused", "conflict"
STATUS = {ACCEPTED: 200, REFUSED: 422, CONFLICT: 409}
LARGEST_QUANTITY = 1_000_000
NOTHING: dict[str, Any] = {"want": "nothing"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One thing a code may mean. For a product `units` is the pack size of the code (a case of 12: 12), and `lots`,
    `serials`, `expires` say what its units are told apart by; a `kit` is never handled, its parts are.
    """

    kind: str
    ref: int
    label: str
    code: str
    sku: str = ""
    units: int = 1
    how: str = ""
    lots: bool = False
    serials: bool = False
    expires: bool = False
    kit: bool = False

    @property
    def told_apart(self) -> bool:
        """Whether units of this product are not all alike."""
        return self.lots or self.serials

    def picture(self) -> dict[str, str]:
        """What a screen shows of it beside what was wanted."""
        return {"kind": self.kind, "name": self.label, "sku": self.sku, "code": self.code}


@dataclass(frozen=True, slots=True)
class Asked:
    """A scan as it came in, checked for form."""

    scan_id: str
    task: str
    code: str
    quantity: int = 1
    scanned_at: datetime | None = None
    device: str = ""
    kind: str = ""


@dataclass(frozen=True, slots=True)
class Holder:
    """Who scans: `key` tells holders apart (several robots may share a token), `name` is shown."""

    key: str
    name: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """What becomes of a scan. `effect` is what an undo of it needs (JSON); only accepted scans have one."""

    fate: str
    say: str
    hint: str | None = None
    next: dict[str, Any] | None = None
    task: dict[str, Any] | None = None
    effect: dict[str, Any] | None = None
    seen: dict[str, str] | None = None
    choices: tuple[dict[str, Any], ...] = ()

    @classmethod
    def accepted(cls, say: str, *, hint: str | None = None, effect: dict[str, Any] | None = None) -> "Verdict":
        """Done."""
        return cls(ACCEPTED, say, hint=hint, effect=effect)

    @classmethod
    def refused(cls, say: str, *, hint: str | None = None, seen: Seen | None = None) -> "Verdict":
        """The wrong thing; nothing changed."""
        return cls(REFUSED, say, hint=hint, seen=seen.picture() if seen else None)

    @classmethod
    def conflict(cls, say: str, *, hint: str | None = None) -> "Verdict":
        """The world moved on; nothing changed."""
        return cls(CONFLICT, say, hint=hint)

    @classmethod
    def no_use(cls, next_: dict[str, Any], task: dict[str, Any]) -> "Verdict":
        """A command that does nothing at this point of the task, and what is wanted instead."""
        do = str(next_.get("say") or "").rstrip(".")
        say = f"That does nothing here. {do}{'' if do.endswith(('?', '!')) or not do else '.'}"
        return cls(REFUSED, say.strip(), next=next_, task=task)

    def then(self, next_: dict[str, Any] | None, task: dict[str, Any] | None = None) -> "Verdict":
        """The same verdict with what is wanted next."""
        return replace(self, next=next_, task=task if task is not None else self.task)


@dataclass(frozen=True, slots=True)
class Scan:
    """A scan as a workflow gets it: the task's `ref`, what the code may mean, and who holds the scanner."""

    id: str
    kind: str
    ref: str
    code: str
    quantity: int
    holder: Holder
    who: str
    device: str
    command: str | None = None
    things: tuple[Seen, ...] = field(default=())
    choice: str = ""
    said: Reading | None = None

    @property
    def task(self) -> str:
        """The task as the protocol writes it."""
        return f"{self.kind}:{self.ref}"

    @property
    def lot(self) -> str:
        """The lot that the code carries; '' if it carries none."""
        return (self.said.lot if self.said else None) or ""

    @property
    def serial(self) -> str:
        """The serial that the code carries; '' if it carries none."""
        return (self.said.serial if self.said else None) or ""

    @property
    def expiry(self) -> date | None:
        """The last day that the code carries."""
        return self.said.expiry if self.said else None

    @property
    def number(self) -> str:
        """The code as a bare number (of a lot, a serial): without what the scanner puts before and behind it."""
        prefix = (self.said.symbology if self.said else None) or ""
        return self.code.rstrip("\r\n\t").removeprefix(prefix).strip(" ")

    @property
    def names_an_item(self) -> bool:
        """Whether the code certainly says which product it is; bare digits may be a GTIN, or a number of any kind."""
        gtin = self.said.gtin if self.said else None
        by_symbol = bool(self.said and (self.said.symbology or "").startswith("]E"))
        return gtin is not None and (by_symbol or self.number.zfill(len(gtin)) != gtin)

    @property
    def is_one_unit(self) -> bool:
        """Whether it is the code of a single unit: a serial on a case is the case's, not that of a unit in it."""
        packs = [thing.units for thing in self.things if thing.kind == "product"]
        return max(packs, default=1) * ((self.said.count if self.said else None) or 1) == 1

    def units_of(self, seen: Seen) -> int:
        """Units that were scanned: the quantity, times the pack, times the count that a GS1 code carries."""
        return self.quantity * seen.units * ((self.said.count if self.said else None) or 1)

    @property
    def kit(self) -> Seen | None:
        """The kit that was scanned, where the code means nothing else."""
        fit = [t for t in self.things if self.choice in ("", t.kind, t.how)]
        return fit[0] if fit and all(t.kit for t in fit) else None

    def one(self, *kinds: str) -> "Seen | Verdict | None":
        """The one thing of these kinds that was scanned; None if there is none; a question if there are several."""
        fit = [t for t in self.things if t.kind in kinds]
        if self.choice.startswith(_OF_UNITS):
            fit = [t for t in fit if t.kind in ("product", "handling-unit")] or fit
        elif self.choice:
            fit = [t for t in fit if self.choice in (t.kind, t.how)]
        return ask(self.code, fit) if len(fit) > 1 else fit[0] if fit else None

    def what(self) -> str:
        """What was scanned, for a sentence."""
        return self.things[0].label if self.things else shown(self.code)


def ask(code: str, things: list[Seen]) -> Verdict:
    """Several meanings: ask, never guess."""
    choices = tuple(
        {"kind": t.how or t.kind, "ref": t.sku or t.code, "label": f"{t.label} ({_WORDS.get(t.how or t.kind, t.kind)})"}
        for t in things
    )
    return Verdict(REFUSED, f"{shown(code)} could mean {len(things)} things. Choose one.", choices=choices)


_OF_UNITS = ("lot ", "condition ", "units ")  # a choice that says which units, not what the code means
_WORDS = {"sku": "SKU", "barcode": "barcode"}


def shown(code: str) -> str:
    """A code as it may stand in a sentence: short, without characters that cannot be seen."""
    clean = "".join(c if c.isprintable() else "·" for c in code)
    return clean if len(clean) <= 40 else clean[:38] + "…"


def wants(want: str, **what: Any) -> dict[str, Any]:  # noqa: ANN401  (JSON values)
    """A `next`: what is wanted and all that is known about it, absent things left out."""
    return {"want": want, **{k: v for k, v in what.items() if v is not None}}
