"""A tiny warehouse behind a real HTTP server that speaks the scan protocol, for crews to work in.

One purchase order comes in, its goods are put away, orders are picked (some on a cart, some alone), packed, labelled
and handed over. All state is in memory and behind one lock; `down()` and `up()` are a kill and a restart that lose
nothing which was committed.
"""

import json
import random
import socket
import threading
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

Json = dict[str, Any]
TOKEN = "t0ken"


@dataclass
class Job:
    """A task: the steps it still wants, and what its end brings about."""

    task: str
    steps: list[Json]
    then: Callable[[], None]
    holder: str | None = None

    def view(self) -> Json:
        rows = [{"sku": s.get("sku"), "bin": s.get("bin"), "name": "", "done": 0, "of": 1} for s in self.steps]
        return {"task": self.task, "kind": self.task.partition(":")[0], "finished": not self.steps, "lines": rows}


class Warehouse:
    """The goods, the jobs and the trouble a test makes."""

    def __init__(self, orders: dict[str, dict[str, int]], *, on_cart: int = 1, carrier: str = "house") -> None:
        self.orders, self.on_cart, self.carrier = orders, on_cart, carrier
        self.bins = {sku: f"A-{n:02}-1" for n, sku in enumerate(sorted({s for o in orders.values() for s in o}), 1)}
        self.jobs: dict[str, Job] = {}
        self.effects: list[tuple[str, str, int]] = []  # every accepted scan, once
        self.waiting: list[Json] = []  # parcels at the door
        self.manifests: dict[str, Job] = {}
        self.opened = self.closed = 0
        self.handed: list[str] = []
        self.labels: Counter[str] = Counter()
        self.replies: dict[str, tuple[int, Json]] = {}
        self.asked: list[tuple[str, str, str]] = []  # method, raw path, X-Worker
        self.keys: dict[str, Json] = {}
        self.calls: Counter[str] = Counter()
        self.connections: set[socket.socket] = set()
        # trouble; the count is of this robot's calls to this path, so that no rhythm of other robots can starve one
        self.lose_answer: Callable[[str, int], bool] = lambda path, count: False
        self.answer_instead: Callable[[str, int], tuple[int, dict[str, str]] | None] = lambda path, count: None
        self.conflicts: Counter[str] = Counter()  # task -> how many scans still meet a conflict
        self.wantless: set[str] = set()
        self.never_moves: set[str] = set()
        self.gone_from_hand: set[str] = set()  # tasks whose next bin scan meets a conflict until it is undone
        self.gullible = False
        self.lock = threading.RLock()
        self._open_door()
        self._receive()

    # ------------------------------------------------------------ the day

    def _receive(self) -> None:
        need: Counter[str] = Counter()
        for lines in self.orders.values():
            need.update(lines)
        self._job("receive:PO 1", [product(sku, n) for sku, n in need.items()], lambda: self._put_away(need))

    def _put_away(self, need: Counter[str]) -> None:
        steps = [step for sku, n in need.items() for step in (product(sku, n), place(self.bins[sku]))]
        self._job("putaway:", steps, self._release)

    def _release(self) -> None:
        refs = list(self.orders)
        cart, alone = refs[: self.on_cart], refs[self.on_cart :]
        totes = {ref: f"TOTE-{n:02}" for n, ref in enumerate(cart, 1)}
        if cart:
            steps = [step for ref in cart for step in self._picks(ref, totes[ref])]
            self._job("pick:CART-1", steps, lambda: self._pack_totes(totes))
        for ref in alone:
            self._job(f"pick:{ref}", self._picks(ref, None), lambda ref=ref: self._pack(ref, ref))  # type: ignore[misc]

    def _pack_totes(self, totes: dict[str, str]) -> None:
        for ref, tote in totes.items():
            self._pack(tote, ref)

    def _picks(self, ref: str, tote: str | None) -> list[Json]:
        steps = []
        for sku, n in self.orders[ref].items():
            steps += [place(self.bins[sku]), product(sku, n, bin=self.bins[sku])]
            steps += [{"want": "tote", "tote": {"code": tote, "number": 1}}] if tote else []
        return steps

    def _pack(self, where: str, ref: str) -> None:
        parcel = f"P/{ref}"
        steps: list[Json] = [product(sku, n, order=ref) for sku, n in self.orders[ref].items()]
        steps += [{"want": "command", "code": "CMD:DONE"}, {"want": "label", "parcel": parcel, "order": ref}]
        self._job(f"pack:{where}", steps, lambda: self.waiting.append({"code": parcel, "order": ref}))

    def _job(self, task: str, steps: list[Json], then: Callable[[], None]) -> None:
        self.jobs[task] = Job(task, steps, then)

    # ------------------------------------------------------------ the protocol

    def tasks(self, kind: str) -> Json:
        items: list[Json] = []
        if kind == "handover":
            for task, job in self.manifests.items():
                items.append({"task": task, "holder": job.holder, "carrier": self.carrier, "next": self._wanted(job)})
            if self.waiting:
                items.append(
                    {"task": "handover:", "holder": None, "carrier": self.carrier, "next": {"want": "manifest"}}
                )
        else:
            for task, job in self.jobs.items():
                if task.startswith(f"{kind}:") and job.steps:
                    items.append({"task": task, "holder": job.holder, "next": self._wanted(job)})
        return {"items": items, "next": None}

    def lease(self, task: str, worker: str) -> tuple[int, Json]:
        job = self._find(task)
        if job is None or (not job.steps and job.task not in self.manifests):
            return 404, {"error": "unknown", "say": f"There is no task {task}."}
        if job.holder not in {None, worker}:
            return 409, {"error": "taken", "say": f"{job.holder} is working on this."}
        job.holder = worker
        return 200, {"task": task, "holder": worker, "until": "2030-01-01T00:00:00Z", "next": self._wanted(job)}

    def scan(self, body: Json) -> tuple[int, Json]:
        if known := self.replies.get(body["scan_id"]):
            return known[0], known[1] | {"duplicate": True}
        status, say = self._judge(body)
        job = self._find(body["task"])
        fate = {200: "accepted", 422: "refused", 409: "conflict", 404: "conflict"}[status]
        reply = {"scan_id": body["scan_id"], "fate": fate, "duplicate": False, "say": say}
        reply |= {"next": self._wanted(job), "task": job.view()} if job else {"next": None, "task": None}
        self.replies[body["scan_id"]] = status, reply
        return status, reply

    def _judge(self, body: Json) -> tuple[int, str]:
        task, code, units = body["task"], body["code"], body["quantity"]
        job = self._find(task)
        if job is None or job.holder != body["device"]:
            return 409, "This task is somebody else's."
        if self.conflicts[task]:
            self.conflicts[task] -= 1
            return 409, "The world moved on."
        if task in self.manifests:
            return self._judge_parcel(task, code)
        if not job.steps:
            return 409, "This task is finished."
        if task in self.gone_from_hand and (job.steps[0]["want"] == "bin" or code == "CMD:UNDO"):
            return self._judge_empty_hand(job, code)
        step = job.steps[0]
        right = code == exact(step) and units == step.get("left", 1)
        if not (right or self.gullible):
            return 422, f"Not {code}, {exact(step)} is wanted."
        self.effects.append((task, code, units))
        if task not in self.never_moves:
            self._step_done(job)
        return 200, f"{code}: done"

    def _judge_empty_hand(self, job: Job, code: str) -> tuple[int, str]:
        if code != "CMD:UNDO":
            return 409, "Somebody else took what you hold."
        self.gone_from_hand.discard(job.task)
        _, sku, units = self.effects.pop()
        job.steps.insert(0, product(sku, units))
        return 200, "Put back to the dock."

    def _judge_parcel(self, task: str, code: str) -> tuple[int, str]:
        found = [parcel for parcel in self.waiting if parcel["code"] == code]
        if code == "CMD:DONE":
            del self.manifests[task]
            self.closed += 1
        elif not found:
            return 422, f"{code} is not waiting."
        else:
            self.waiting.remove(found[0])
            self.handed.append(found[0]["order"])
        self.effects.append((task, code, 1))
        return 200, f"{code}: done"

    def label(self, code: str) -> tuple[int, bytes]:
        self.labels[code] += 1
        for job in self.jobs.values():
            if job.steps and job.steps[0].get("parcel") == code:
                self._step_done(job)
        return 200, b"%PDF-1.7 of " + code.encode()

    def manifest(self, carrier: str, key: str) -> tuple[int, Json]:
        if key not in self.keys:
            self.opened += 1
            self.keys[key] = {"ref": f"M-{self.opened}", "carrier": carrier}
            task = f"handover:M-{self.opened}"
            self.manifests[task] = Job(task, [], lambda: None)
        return 201, self.keys[key]

    def _step_done(self, job: Job) -> None:
        job.steps.pop(0)
        if not job.steps:
            job.then()

    def _find(self, task: str) -> Job | None:
        return self.manifests.get(task) or self.jobs.get(task)

    def _wanted(self, job: Job) -> Json | None:
        if job.task in self.wantless:
            return None
        if job.task in self.manifests:
            parcel = self.waiting[0] if self.waiting else {"code": None, "order": None}
            return {"want": "parcel", **parcel}
        return job.steps[0] if job.steps else {"want": "nothing"}

    # ------------------------------------------------------------ the server

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def _open_door(self) -> None:
        """Take a port below those that the system lends to clients: while the server is down, nobody else gets it."""
        for port in random.sample(range(20_000, 30_000), 100):
            try:
                return self._serve(port)
            except OSError:
                continue  # taken
        raise RuntimeError("no free port from 20,000 to 30,000")

    def up(self) -> None:
        self._serve(self.port)

    def down(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        with self.lock:
            for connection in self.connections:
                cut(connection)
        self._thread.join()

    def _serve(self, port: int) -> None:
        self._server = Server(("127.0.0.1", port), Door)
        self._server.warehouse = self
        self.port = port
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        self._thread.start()

    def per_task(self) -> dict[str, list[tuple[str, int]]]:
        """What was accepted, task by task."""
        found: dict[str, list[tuple[str, int]]] = defaultdict(list)
        for task, code, units in self.effects:
            found[task].append((code, units))
        return dict(found)


def product(sku: str, units: int, **more: Any) -> Json:
    return {"want": "product", "code": sku, "sku": sku, "left": units, "of": units, "done": 0, **more}


def place(code: str) -> Json:
    return {"want": "bin", "code": code, "bin": code}


def exact(step: Json) -> str | None:
    return step.get("code") or (step.get("tote") or {}).get("code")


def cut(connection: socket.socket) -> None:
    try:
        connection.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # the other side hung up already


class Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 50
    warehouse: Warehouse


class Door(BaseHTTPRequestHandler):
    """Speaks HTTP/1.1 with kept connections."""

    protocol_version = "HTTP/1.1"
    wbufsize = -1
    disable_nagle_algorithm = True
    server: Server

    def setup(self) -> None:
        super().setup()
        with self.server.warehouse.lock:
            self.server.warehouse.connections.add(self.connection)

    def finish(self) -> None:
        with self.server.warehouse.lock:
            self.server.warehouse.connections.discard(self.connection)
        try:
            super().finish()
        except OSError:
            return  # cut while it answered

    def handle(self) -> None:
        try:
            super().handle()
        except OSError:
            return  # cut

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""

    def do_GET(self) -> None:
        self._answer({})

    def do_POST(self) -> None:
        self._answer(json.loads(self.rfile.read(int(self.headers["Content-Length"])) or b"{}"))

    def _answer(self, body: Json) -> None:
        house, path = self.server.warehouse, urlsplit(self.path).path
        with house.lock:
            worker = self.headers["X-Worker"]
            house.asked.append((self.command, self.path, worker))
            house.calls[path] += 1
            house.calls[worker + path] += 1
            count = house.calls[worker + path]
            if self.headers["Authorization"] != f"Bearer {TOKEN}":
                return self._send(401, {"error": "token", "say": "This token is not known."})
            if instead := house.answer_instead(path, count):
                return self._send(instead[0], {"error": "trouble", "say": "Later."}, instead[1])
            status, answer = self._do(path, body)
        if house.lose_answer(path, count):
            self.close_connection = True
            return cut(self.connection)
        return self._send(status, answer)

    def _do(self, path: str, body: Json) -> tuple[int, Json | bytes]:
        house, parts = self.server.warehouse, [unquote(part) for part in path.split("/")[1:]]
        match (self.command, parts):
            case ("GET", ["api", "v1", "tasks"]):
                return 200, house.tasks(parse_qs(urlsplit(self.path).query)["kind"][0])
            case ("POST", ["api", "v1", "tasks", task, "lease"]):
                return house.lease(task, self.headers["X-Worker"])
            case ("POST", ["scans"]):
                return house.scan(body)
            case ("POST", ["api", "v1", "parcels", code, "label"]):
                return house.label(code)
            case ("POST", ["api", "v1", "manifests"]):
                return house.manifest(body["carrier"], self.headers["Idempotency-Key"])
        return 404, {"error": "unknown", "say": f"There is no {path}."}

    def _send(self, status: int, answer: Json | bytes, head: dict[str, str] | None = None) -> None:
        data = answer if isinstance(answer, bytes) else json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/pdf" if isinstance(answer, bytes) else "application/json")
        self.send_header("Content-Length", str(len(data)))
        for name, value in (head or {}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(data)
        self.wfile.flush()
