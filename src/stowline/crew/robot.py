"""One robot: finds a task, leases it and scans what it asks for."""

import random
import uuid
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

from stowline.crew.board import STRIKES, Board
from stowline.crew.link import Answer, CrewError, Json, Link

INSIDE = ("receive", "putaway", "pick", "pack")
DOOR = "handover"
SAME_STEP = 100  # so often may one and the same step come back within a task
ALL_LINES = 60  # a task shows at most so many lines: with fewer, the robot knows the whole task
PAGE, PAGES = 20, 20  # how far down a list of tasks a robot looks
REST_S, LONGEST_REST_S = 0.05, 0.5  # between looks for work when there was none
DONE, UNDO = "CMD:DONE", "CMD:UNDO"
NOTHING: Json = {"want": "nothing"}


class Robot:
    """A worker of the crew; `work` is the body of its thread. Robot 0 also opens, loads and closes the manifests."""

    def __init__(self, board: Board, number: int, link: Link) -> None:
        self.name = link.robot
        self._board, self._number, self._link = board, number, link
        self._kinds = (*INSIDE, DOOR) if number == 0 else INSIDE
        self._turn = number  # robots start at different kinds, so that they do not all ask for the same task
        self._dice = random.Random() if board.seed is None else random.Random(f"{board.seed}/{number}")
        self._lines: list[Json] = []  # of the task in hand, as far as it was told
        self._manifests: dict[str, str] = {}  # carrier -> ref
        self._loaded: set[str] = set()  # manifest tasks this robot will close

    # ------------------------------------------------------------ finding work

    def work(self) -> None:
        """Work until the crew is done. What goes wrong stops the whole crew."""
        try:
            self._work()
        except BaseException as why:  # noqa: BLE001  (told by the thread that started the crew)
            self._board.fail(why)

    def _work(self) -> None:
        pause = REST_S
        while not self._board.over.is_set():
            seen = self._board.starts(self.name)
            if self._find_work():
                pause = REST_S
                continue
            self._board.rests(self.name, seen)
            self._board.over.wait(pause)
            pause = min(pause * 2, LONGEST_REST_S)

    def _find_work(self) -> bool:
        """Do one task, of the kind whose turn it is or of the next one that has any."""
        for _ in self._kinds:
            kind = self._kinds[self._turn % len(self._kinds)]
            self._turn += 1
            if self._board.packed_enough() and kind != DOOR:
                continue
            take = self._load if kind == DOOR else self._take
            if any(take(item) for item in self._open_tasks(kind)):
                return True
        return False

    def _open_tasks(self, kind: str) -> Iterator[Json]:
        """Tasks of a kind that nobody else holds and that were not put aside."""
        query: dict[str, str | int] = {"kind": kind, "limit": PAGE}
        for _ in range(PAGES):
            answer = self._link.get("/api/v1/tasks", **query)
            if not answer.good:
                raise CrewError(f"The server gives no {kind} tasks: {answer.say}")
            items = answer.body.get("items") or []
            start = self._number % len(items) if items else 0
            for item in items[start:] + items[:start]:
                mine = not item.get("holder") or self.name in str(item["holder"])
                if mine and not self._board.is_aside(self._books(_key(item))):
                    yield item
            if not answer.body.get("next"):
                return
            query["after"] = answer.body["next"]

    def _take(self, item: Json) -> bool:
        task = str(item["task"])
        step = self._lease(task)
        if step is None or step.get("want") == "nothing":
            return False
        self._finish(task, step)
        return True

    def _lease(self, task: str) -> Json | None:
        """Claim a task, or go on with it: what it wants now, None if it is not to be had."""
        answer = self._link.post(f"/api/v1/tasks/{quote(task, safe='')}/lease", {"device": self.name})
        if not answer.good:
            return None
        self._lines = _lines(answer)
        step: Json = answer.body.get("next") or {}
        return step

    # ------------------------------------------------------------ doing it

    def _finish(self, task: str, step: Json) -> bool:
        """Do what the task wants until it wants nothing: whether anything was done.

        A step that stands still twice, or comes back again and again, ends the attempt; twice so, and the task is put
        aside.
        """
        board, books, still, met, moved = self._board, self._books(task), 0, Counter[str](), False
        while not (board.halt.is_set() or self._ends(task, step)):
            done, after, say = self._do(task, step)
            moved = moved or done
            if after is None:
                if not done:
                    board.strike(books, say)
                break
            met[str(after)] += 1
            if met[str(after)] > SAME_STEP:
                board.strike(books, say, STRIKES)
                break
            if done and after != step:
                still = 0
                board.moved(books)
            elif (still := still + (after == step)) >= STRIKES:
                board.strike(books, say)
                self._put_down(task, step)
                break
            step = after
        return moved

    def _put_down(self, task: str, step: Json) -> None:
        """Where robots share a task, give back what this one holds for a bin and cannot put there: its next attempt
        starts with empty hands.
        """
        if task.endswith(":") and step.get("want") == "bin":
            self._scan(task, UNDO)

    def _books(self, task: str) -> str:
        """The name of a task in the crew's books. In a task without a ref each robot has its own step."""
        return f"{task}{self.name}" if task.endswith(":") else task

    def _ends(self, task: str, step: Json) -> bool:
        if not task.startswith(f"{DOOR}:"):
            return step.get("want") == "nothing"
        return step.get("want") != "parcel" or exact_code(step) is None or self._board.sent_enough()

    def _do(self, task: str, step: Json) -> tuple[bool, Json | None, str]:
        """Do one step: whether it was done, what the task wants now (None: the task is gone), what was said."""
        if step.get("want") == "label":
            return self._label(task, step)
        code = exact_code(step)
        if code is None:
            return False, self._lease(task), f"It wants {step.get('want') or 'something'}, and no code is given."
        self._learn(task, step, code)
        if self._dice.random() < self._board.mistakes:
            self._blunder(task, step, code)
        answer = self._scan(task, code, quantity(step))
        if choice := _choice(answer, step):
            answer = self._scan(task, code, quantity(step), kind=choice)
        if not answer.accepted:
            return False, None if answer.status == HTTPStatus.NOT_FOUND else self._lease(task), answer.say
        if step["want"] == "parcel":
            self._board.handed(str(step.get("order") or code))
        return True, self._after(task, answer), answer.say

    def _after(self, task: str, answer: Answer) -> Json | None:
        view = answer.body.get("task")
        if isinstance(view, dict) and view.get("finished"):
            return NOTHING
        return answer.body.get("next") or self._lease(task)

    def _label(self, task: str, step: Json) -> tuple[bool, Json | None, str]:
        parcel = str(step.get("parcel") or step.get("code") or "")
        answer = self._link.post(f"/api/v1/parcels/{quote(parcel, safe='')}/label", {}, Accept="application/pdf")
        if answer.good:
            self._board.packed(str(step.get("order") or parcel))
        return answer.good, self._lease(task), answer.say

    def _scan(self, task: str, code: str, units: int = 1, *, kind: str | None = None, blunder: bool = False) -> Answer:
        scan = {
            "scan_id": str(uuid.uuid4()),
            "task": task,
            "code": code,
            "quantity": units,
            "scanned_at": datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "device": self.name,
        }
        answer = self._link.post("/scans", scan | ({"kind": kind} if kind else {}))
        if answer.good and "fate" not in answer.body:
            raise CrewError(f"The answer to a scan of {code!r} on {task} is no reply to a scan: {answer.say}")
        self._board.count(answer, blunder=blunder)
        self._lines = _lines(answer) or self._lines
        return answer

    # ------------------------------------------------------------ mistakes

    def _learn(self, task: str, step: Json, code: str) -> None:
        if step["want"] == "product" and step.get("sku"):
            self._board.skus[code] = str(step["sku"])
        if step["want"] == "bin" and task.startswith("pick:"):
            self._board.bins[code] = code

    def _blunder(self, task: str, step: Json, code: str) -> None:
        """Scan something wrong. It must be refused: whoever accepts it ships the wrong thing."""
        wrong = self._wrong(task, step, code)
        answer = self._scan(task, wrong, quantity(step), blunder=True)
        if answer.accepted:
            raise CrewError(f"A wrong code was accepted: {wrong!r} on {task}, which wanted {step['want']} {code!r}.")

    def _wrong(self, task: str, step: Json, code: str) -> str:
        """An unknown code, or the code of a bin or product that has no place in this whole task."""
        unknown = f"NO-SUCH-{uuid.uuid4().hex[:8]}"
        others = {"bin": self._board.bins, "product": self._board.skus}.get(str(step["want"]), {})
        if not task.startswith(("pick:", "pack:")) or not 0 < len(self._lines) < ALL_LINES:
            return unknown  # elsewhere any product or bin may be right
        right = {line.get(key) for line in [*self._lines, step] for key in ("sku", "bin")} | {code}
        strange = sorted(other for other, means in others.copy().items() if not {other, means} & right)
        return self._dice.choice([unknown, self._dice.choice(strange)]) if strange else unknown

    # ------------------------------------------------------------ at the door

    def _load(self, item: Json) -> bool:
        """Load what waits for one carrier: whether a parcel went out."""
        step, key = item.get("next") or {}, _key(item)
        opens = step.get("want") == "manifest"
        if self._board.sent_enough() or not (opens or exact_code(step)):
            return False
        carrier = _carrier(item)
        task = self._manifest(carrier) if opens else key
        wanted = self._lease(task) if task else None
        moved = task is not None and wanted is not None and self._finish(task, wanted)
        if moved:
            self._loaded.add(str(task))
            self._board.moved(self._books(key))
        elif opens:  # perhaps somebody closed it
            self._manifests.pop(carrier, None)
            self._board.strike(self._books(key), f"The parcels for {carrier or 'no carrier'} could not be loaded.")
        return moved

    def _manifest(self, carrier: str) -> str | None:
        """The task of the crew's manifest for a carrier, opened if there is none; None if the server opens none."""
        if carrier not in self._manifests:
            key = {"Idempotency-Key": str(uuid.uuid4())}
            answer = self._link.post("/api/v1/manifests", {"carrier": carrier}, **key)
            if not answer.good or not answer.body.get("ref"):
                return None
            self._board.opened_manifest()
            self._manifests[carrier] = str(answer.body["ref"])
            self._loaded.add(f"{DOOR}:{self._manifests[carrier]}")
        return f"{DOOR}:{self._manifests[carrier]}"

    def close_manifests(self) -> None:
        """Close what was loaded. Called when no more parcels come from this crew."""
        for task in sorted(self._loaded):
            step = self._lease(task)
            if step is None or step.get("want") == "nothing":
                continue
            answer = self._scan(task, DONE)
            if not answer.accepted:
                self._board.strike(task, answer.say, STRIKES)


def exact_code(step: Json) -> str | None:
    """The code that satisfies a step: the one it names, else the only one it can mean; None if several would do."""
    if step.get("code"):
        return str(step["code"])
    want = step.get("want")
    if want == "command":
        return DONE
    named = (step.get("tote") or {}).get("code") if want == "tote" else step.get(_NAMED.get(str(want), ""))
    return str(named) if named else None


_NAMED = {"product": "sku", "bin": "bin", "parcel": "parcel", "order": "order"}


def quantity(step: Json) -> int:
    """How many to scan in one go: what is left of a product, else 1."""
    left: Any = step.get("left")
    return left if step.get("want") == "product" and isinstance(left, int) and left > 0 else 1


def _choice(answer: Answer, step: Json) -> str | None:
    """Which of several meanings of a code was wanted, where the server asks."""
    choices: list[Json] = [] if answer.accepted else answer.body.get("choices") or []
    fit = [c for c in choices if c.get("ref") and c.get("ref") == step.get("sku")]
    fit += [c for c in choices if c.get("kind") == step["want"]]
    return str(fit[0]["kind"]) if fit else None


def _lines(answer: Answer) -> list[Json]:
    view = answer.body.get("task")
    return view.get("lines") or [] if isinstance(view, dict) else []


def _carrier(item: Json) -> str:
    return str(item.get("carrier") or (item.get("next") or {}).get("carrier") or "")


def _key(item: Json) -> str:
    """What an item of a list stands for: its task, and where that is "handover:" alone, the carrier too."""
    task = str(item["task"])
    return f"{task}{_carrier(item)}" if task == f"{DOOR}:" else task
