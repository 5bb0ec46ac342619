"""Mail servers with bad manners. Each is a real server on a loopback port."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Self

from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.services import SmtpSink


class SlowSink(SmtpSink):
    """Takes every mail, and answers each only after a while."""

    def __init__(self, seconds: float) -> None:
        super().__init__()
        self._seconds = seconds

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(self._seconds)
        return answer


class HoldingSink(SmtpSink):
    """Has the whole text of the first mail and gives no answer until it is let go; every other mail is taken at once.

    `keeps_first` says whether it kept that mail or lost it, `answer` what it says about it in the end.
    """

    def __init__(self, *, keeps_first: bool = True, answer: str = "250 2.0.0 kept") -> None:
        super().__init__()
        self.holds, self._let_go = threading.Event(), threading.Event()
        self._keeps_first, self._answer = keeps_first, answer

    def let_go(self) -> None:
        """Answer."""
        self._let_go.set()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        if self.holds.is_set():
            return await super().handle_DATA(server, session, envelope)
        self.holds.set()
        if self._keeps_first:
            self._keep(envelope)
        while not self._let_go.is_set():  # noqa: ASYNC110  (set from the test's thread)
            await asyncio.sleep(0.01)
        return self._answer

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.let_go()
        self.stop()


@contextmanager
def silent_server() -> Iterator[tuple[str, threading.Event]]:
    """A server that takes the call and never says a word: (its URL, set once somebody called)."""
    called = threading.Event()
    held: list[socket.socket] = []
    with socket.create_server(("127.0.0.1", 0)) as door:

        def listen() -> None:
            try:
                while True:
                    held.append(door.accept()[0])
                    called.set()
            except OSError:
                return  # the door is shut

        listening = threading.Thread(target=listen, daemon=True)
        listening.start()
        try:
            yield f"smtp://127.0.0.1:{door.getsockname()[1]}", called
        finally:
            door.shutdown(socket.SHUT_RDWR)
            listening.join(5)
            for one in held:
                one.close()
