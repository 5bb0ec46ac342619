"""A worker on a string: delivers the message whose number it reads, says when it is done. Run as a process of its own."""

import sys

from stowline import wiring
from stowline.notifications import delivery


def main() -> None:
    """Until the input ends."""
    wiring.connect()
    print("ready", flush=True)  # noqa: T201  (the other end of the string)
    for line in sys.stdin:
        delivery.deliver(line.strip())
        print("done", flush=True)  # noqa: T201


if __name__ == "__main__":
    main()
