"""Tables for tests: migrations run once for each process of tests, and every further SQLite file begins as a copy."""

import atexit
import shutil
import tempfile
from functools import lru_cache
from pathlib import Path

from stowline.core import db


def lay(url: str) -> None:
    """Have the tables of this version in an empty database."""
    file = Path(url.partition("sqlite:///")[2]) if url.startswith("sqlite") else None
    if file is None or file.exists():
        db.upgrade(url)
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(_migrated(), file)


@lru_cache(maxsize=1)
def _migrated() -> Path:
    folder = tempfile.mkdtemp(prefix="stowline-tables-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    file = Path(folder) / "stowline.db"
    db.upgrade(f"sqlite:///{file}")
    return file
