"""Processes of Stowline as they stand when everything is imported: forked from one that has imported it, once per run.

A fresh `python -m stowline` spends most of its start on imports. The standard library's fork server imports them once;
each process is then a fork of it, with arguments, environment and output of its own, and dies, ends and is killed as any
other. `FreshProcess` in tests/services.py and tests/house/test_wheel.py start the real command, from nothing.
"""

import functools
import multiprocessing
import os
import runpy
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence
from multiprocessing.context import ForkServerContext
from pathlib import Path

IMPORTED = ("stowline.cli", "stowline.wiring", "stowline.app", "stowline.server", "stowline.worker", "alembic.command", "pika", "redis")
_LOOKING = threading.Lock()
"""The library reads an end from a pipe, once: two threads that look at the same moment would lose it."""


@functools.cache
def _server() -> ForkServerContext:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([*IMPORTED])
    return context


class Forked:
    """`python -m MODULE WORDS…` as a process, with the doors of `subprocess.Popen` that tests use.

    out, err: files that what it writes is added to.
    """

    def __init__(self, words: Sequence[str], env: Mapping[str, str], out: Path, err: Path, *, module: str = "stowline") -> None:
        self.args = [module, *words]
        with _LOOKING:
            self._process = _server().Process(target=_run, args=(module, [*words], dict(env), out, err), daemon=True)
            self._process.start()

    @property
    def pid(self) -> int:
        return int(self._process.pid or 0)

    def poll(self) -> int | None:
        """Its exit code, -9 for one that was killed; None while it runs."""
        with _LOOKING:
            return self._process.exitcode

    def wait(self, timeout: float) -> int:
        """Its exit code, once it has ended; raises `subprocess.TimeoutExpired`."""
        ends = time.monotonic() + timeout
        while (code := self.poll()) is None:
            if time.monotonic() > ends:
                raise subprocess.TimeoutExpired(self.args, timeout)
            time.sleep(0.01)
        return code

    def send_signal(self, number: signal.Signals) -> None:
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)


def _run(module: str, words: list[str], env: dict[str, str], out: Path, err: Path) -> None:
    """In the child: become that command."""
    os.environ.clear()
    os.environ.update(env)
    time.tzset()
    for path, stream in ((out, 1), (err, 2)):
        file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        os.dup2(file, stream)
        os.close(file)
    sys.stdout, sys.stderr = (os.fdopen(stream, "w", 1, closefd=False) for stream in (1, 2))
    sys.argv = [module, *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)
