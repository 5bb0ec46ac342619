"""A bare mail server for benchmarks, in a program of its own (`python benchmarks/_sink.py FILE`): it takes every mail, and
writes for each the moment its last dot came, its order and its kind, as one line of FILE. Prints its port.
"""

import socketserver
import sys
import time
from pathlib import Path
from threading import Lock
from typing import BinaryIO

LOCK = Lock()
KEPT = (b"x-stowline-order:", b"x-stowline-kind:", b"x-stowline-message:")


class Mail(socketserver.StreamRequestHandler):
    """One conversation, with as few words as RFC 5321 lets it have."""

    disable_nagle_algorithm = True

    def handle(self) -> None:
        """Answer until the other side leaves."""
        self.say(b"220 sink")
        while line := self.rfile.readline():
            verb = line[:4].upper()
            if verb == b"DATA":
                self.say(b"354 go on")
                self.text(self.rfile)
                self.say(b"250 kept")
            elif verb == b"QUIT":
                self.say(b"221 bye")
                return
            else:
                self.say(b"250 sink")

    def say(self, line: bytes) -> None:
        """One line of answer."""
        self.wfile.write(line + b"\r\n")

    def text(self, lines: BinaryIO) -> None:
        """One mail: note it once its last line is here."""
        found: dict[bytes, str] = {}
        while (line := lines.readline()) not in (b".\r\n", b""):
            name = line[: line.find(b":") + 1].lower()
            if name in KEPT:
                found.setdefault(name, line[len(name) :].strip().decode())
        with LOCK:
            OUT.write(f"{time.time():.6f} {found.get(KEPT[0], '-')} {found.get(KEPT[2], '-')}\n")
            OUT.flush()


class Sink(socketserver.ThreadingTCPServer):
    """A thread for each line."""

    daemon_threads = allow_reuse_address = True


if __name__ == "__main__":
    OUT = Path(sys.argv[1]).open("a")  # noqa: SIM115  (as long as the program)
    with Sink(("127.0.0.1", 0), Mail) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()
