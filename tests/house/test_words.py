"""What a tablet says names the keys as they are written on the keys, never the commands behind them."""

import ast
import re
from pathlib import Path

SRC = Path(__file__).parents[2] / "src" / "stowline"
SQL = ("SELECT ", "INSERT ", "UPDATE ", "DELETE ", "CREATE ", "PRAGMA ")
COMMAND = re.compile(r"(?<!CMD:)\b(UNDO|DONE|SHORT|SKIP|FULL)\b")
SPOKEN = re.compile(r"[a-z]{2,}.* .*[a-z]{2,}|[a-z]{2,} | [a-z]{2,}", re.DOTALL)


def sentences(tree: ast.Module) -> list[tuple[int, str]]:
    """Every text of a module that is no docstring, with its line."""
    docs = {
        node.body[0].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef)
        and node.body and isinstance(node.body[0], ast.Expr)
    }  # fmt: skip
    texts = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and node not in docs)
    return [(node.lineno, node.value) for node in texts if isinstance(node.value, str)]


def unkeyed(text: str) -> list[str]:
    """The commands that a sentence names."""
    return COMMAND.findall(text) if SPOKEN.search(text) and not text.startswith(SQL) else []


def test_no_sentence_names_a_command() -> None:
    found = [
        f"{file.relative_to(SRC)}:{line}: {text}"
        for file in sorted(SRC.rglob("*.py"))
        for line, text in sentences(ast.parse(file.read_text()))
        if unkeyed(text)
    ]
    assert found == []


def test_what_counts_as_a_sentence() -> None:
    assert unkeyed("or DONE to put it back.") == ["DONE"]
    assert unkeyed(". Finish with it, or UNDO.") == ["UNDO"]
    assert unkeyed("press “Put back”, which is CMD:DONE") == []
    assert unkeyed("DONE") == []
