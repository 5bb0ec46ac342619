"""Short writes that the event loop asks for, done by one thread: whatever waits is done in one go and one commit.

A thread for each request costs two changes of thread per scan, and sixteen threads that fight for the interpreter cost
more than the scans themselves (docs/speed.md). So one thread does them in the order in which they came, and wakes the
event loop once for all of them.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any

AT_ONCE = 16
_Outcome = tuple[Any, BaseException | None]


@dataclass(frozen=True, slots=True)
class _Job:
    work: Callable[[], Any]
    answer: asyncio.Future[Any]
    loop: asyncio.AbstractEventLoop


class Hands:
    """The one thread. `together()` is entered around all that is done in one go; its end makes it durable."""

    def __init__(self, together: Callable[[], AbstractContextManager[None]]) -> None:
        self._together = together
        self._asked: SimpleQueue[_Job | None] = SimpleQueue()
        self._starting = threading.Lock()
        self._thread: threading.Thread | None = None

    async def do(self, work: Callable[[], Any]) -> Any:  # noqa: ANN401  (whatever the work gives)
        """Have `work()` done; what it returns or raises comes back once it is durable."""
        if self._thread is None:
            self._start()
        loop = asyncio.get_running_loop()
        job = _Job(work, loop.create_future(), loop)
        self._asked.put(job)
        return await job.answer

    def stop(self) -> None:
        """Finish what was asked for, then end."""
        with self._starting:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._asked.put(None)
            thread.join()

    def _start(self) -> None:
        with self._starting:
            if self._thread is None:
                self._thread = threading.Thread(target=self._run, name="hands", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        while job := self._asked.get():
            jobs = [job, *self._more()]
            for loop, outcomes in _by_loop(jobs, self._outcomes(jobs)).items():
                loop.call_soon_threadsafe(_answer, outcomes)

    def _more(self) -> Iterator[_Job]:
        """What else waits already."""
        for _ in range(AT_ONCE - 1):
            try:
                job = self._asked.get_nowait()
            except Empty:
                return
            if job is None:
                self._asked.put(None)
                return
            yield job

    def _outcomes(self, jobs: list[_Job]) -> list[_Outcome]:
        try:
            with self._together():
                return [_done(job.work) for job in jobs]
        except BaseException as error:  # noqa: BLE001  (the commit failed: nobody's work is kept)
            return [(None, error)] * len(jobs)


def _done(work: Callable[[], Any]) -> _Outcome:
    try:
        return work(), None
    except BaseException as error:  # noqa: BLE001  (it belongs to the one who asked)
        return None, error


_Answers = list[tuple["asyncio.Future[Any]", _Outcome]]


def _by_loop(jobs: list[_Job], outcomes: list[_Outcome]) -> dict[asyncio.AbstractEventLoop, _Answers]:
    found: dict[asyncio.AbstractEventLoop, _Answers] = {}
    for job, outcome in zip(jobs, outcomes, strict=True):
        if not job.loop.is_closed():
            found.setdefault(job.loop, []).append((job.answer, outcome))
    return found


def _answer(answers: _Answers) -> None:
    for future, (value, error) in answers:
        if future.done():  # the asker went away
            continue
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)
