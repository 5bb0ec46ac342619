"""Hands of the demo: they lease tasks and scan what is wanted, one scan after another, as people and robots do."""

from datetime import datetime, timedelta
from random import Random
from typing import Any
from uuid import UUID

from sqlmodel import Session

from stowline.core import clock
from stowline.demo.goods import Good
from stowline.floor import work
from stowline.picking import queries as picking
from stowline.scanning import service as scanning
from stowline.scanning.service import Asked, Holder
from stowline.shipping import service as shipping

SCAN_TAKES_S = (5, 21)


class Shift:
    """Somebody at work from a moment on; the clock goes on a few seconds with every scan."""

    def __init__(self, session: Session, rng: Random, holder: Holder, begins: datetime, goods: list[Good]) -> None:
        self.at = begins
        self._session, self._rng, self._holder = session, rng, holder
        self._barcodes = {good.sku: good.barcode for good in goods}

    def with_session(self, session: Session) -> "Shift":
        """The same hands, in another transaction."""
        self._session = session
        return self

    def pick(self, cart: str, *, part: float = 1.0) -> None:
        """Take a wave onto a cart and pick it, or a part of its lines and let go."""
        task = f"pick:{cart}"
        with clock.stopped_at(self.at):
            work.lease(self._session, task, self._holder)
        found = picking.open_list(self._session, cart)
        self._scan_on(task, most=round((found.lines if found else 0) * part) * 3 if part < 1 else 10_000)
        if part < 1:
            scanning.let_go(self._session, task)

    def pack(self, totes: list[str], *, labelled: int) -> None:
        """Check each tote's order into a parcel and close it; the first `labelled` get their label too."""
        for n, tote in enumerate(totes):
            parcel = self._scan_on(f"pack:{tote}")["parcel"]
            with clock.stopped_at(self.at):
                if n < labelled:
                    shipping.make_label(self._session, parcel)
                scanning.let_go(self._session, f"pack:{tote}")

    def hand_over(self, carrier: str) -> None:
        """Load every parcel that waits for a carrier and close the manifest."""
        with clock.stopped_at(self.at):
            manifest = shipping.open_manifest(self._session, carrier)
        self._scan_on(f"handover:{manifest.ref}")

    def receive(self, order: str, codes: list[tuple[str, int]], *, whole: bool = False) -> None:
        """Take in goods of a purchase order, (barcode, units), and lay what orders waited for where the answer says.

        `whole` closes the order: nothing more of it will come.
        """
        for code, quantity in codes:
            now = self._scan(f"receive:{order}", code, quantity)
            while now.get("splits"):
                now = self._scan(f"receive:{order}", now["code"], 1)
        if whole:
            self._scan(f"receive:{order}", "CMD:DONE", 1)
        scanning.let_go(self._session, f"receive:{order}")

    def receive_blind(self, codes: list[tuple[str, int]]) -> None:
        """Take goods in that nobody announced: (barcode, how often)."""
        for code, quantity in codes:
            self._scan("receive:", code, quantity)

    def count(self, bin_: str, code: str, units: int) -> None:
        """Count a bin that one product lies in."""
        for scanned, quantity in ((bin_, 1), (code, units), ("CMD:DONE", 1)):
            self._scan(f"count:{bin_}", scanned, quantity)

    def _scan_on(self, task: str, most: int = 10_000) -> dict[str, Any]:
        """Scan what the task wants until it wants nothing that can be scanned, or so many scans are done."""
        now = scanning.wanted(self._session, task, self._holder)["next"]
        while most > 0 and now["want"] not in ("nothing", "label"):
            code = self._barcodes.get(now.get("sku"), now["code"]) if now["want"] == "product" else now["code"]
            now = self._scan(task, code, now["left"] if now["want"] == "product" else 1)
            most -= 1
        return dict(now)

    def _scan(self, task: str, code: str, quantity: int) -> dict[str, Any]:
        self.at += timedelta(seconds=self._rng.randint(*SCAN_TAKES_S))
        scan_id = str(UUID(int=self._rng.getrandbits(128), version=4))
        asked = Asked(scan_id, task, code, quantity, scanned_at=self.at, device="demo")
        with clock.stopped_at(self.at):
            status, reply = scanning.carry_out(self._session, asked, self._holder, self._holder.name)
        if status != 200:
            raise AssertionError(f"the demo scanned {code} at {task} and was told: {reply['say']}")
        return dict(reply["next"])
