"""What went wrong, in a sentence for the person at the command line; a defect has none and keeps its traceback."""

from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from stowline.core.config import Settings
from stowline.core.errors import Refused
from stowline.core.fields import Bad

_NO_TABLES = "The database has no tables yet, or those of another version. Run `stowline migrate` first."
_DATABASE_TROUBLES = (
    ("no such table", _NO_TABLES),
    ("no such column", _NO_TABLES),
    ("does not exist\nLINE", _NO_TABLES),
    ("connection", "The database at STOWLINE_DATABASE_URL does not answer, or turns us away: {}"),
    ("unable to open", "The database file cannot be opened: {}"),
    ("not a database", "STOWLINE_DATABASE_URL or STOWLINE_DATA_DIR leads to a file that is no SQLite database."),
    ("readonly", "The database file may not be written by this user."),
    ("disk is full", "The disk is full. Nothing was changed."),
    ("database is locked", "Another program holds the database. Try again when it has ended."),
)


def sentence(error: Exception) -> str:
    """What is wrong and what to do, for refusals, settings, files and databases; empty for a defect."""
    if isinstance(error, Refused | Bad):
        return error.say
    if isinstance(error, ValidationError) and error.title == Settings.__name__:
        return "\n".join(f"STOWLINE_{str(one['loc'][0]).upper()}: {one['msg'].removeprefix('Value error, ')}"
                         for one in error.errors())  # fmt: skip
    if isinstance(error, ValueError) and str(error).startswith("STOWLINE_"):
        return str(error)
    if isinstance(error, DBAPIError):
        return _of_database(str(error.orig))
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}."
    return ""


def _of_database(said: str) -> str:
    for part, say in _DATABASE_TROUBLES:
        if part in said:
            return say.format(said.strip().splitlines()[0])
    return ""
