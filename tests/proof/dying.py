"""Stowline that kills itself at one step: DIE_AT="stowline.notifications.delivery:_sent:before:3" dies before the third.

SIGKILL in the middle of a function, from inside: nothing is said, written or closed after that moment.
"""

import importlib
import itertools
import os
import signal
from typing import Any

from stowline.cli import main


def found(step: str) -> tuple[Any, str]:
    """Whose step it is (a module or class), and its name there: of "module:function" or "module:Class.method"."""
    module, path = step.split(":")
    owner: Any = importlib.import_module(module)
    *outer, name = path.split(".")
    for one in outer:
        owner = getattr(owner, one)
    return owner, name


def arm(place: str) -> None:
    """Have the named step kill this process before or after its n-th time."""
    step_there, when, nth = place.rsplit(":", 2)
    owner, name = found(step_there)
    step, turns = getattr(owner, name), itertools.count(1)

    def dies(*said: Any, **more: Any) -> Any:
        turn = next(turns)
        if when == "before" and turn == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        answer = step(*said, **more)
        if when == "after" and turn == int(nth):
            os.kill(os.getpid(), signal.SIGKILL)
        return answer

    setattr(owner, name, dies)


if __name__ == "__main__":
    if os.environ.get("DIE_AT"):
        arm(os.environ["DIE_AT"])
    main()
