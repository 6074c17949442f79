"""A file has one subject: its greatest length, and no import cycles between modules."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

from tests.house.project import PACKAGES, ROOT, python_modules, sql_files

MOST_LINES_OF_A_MODULE = 450
MOST_LINES_OF_A_MODEL = 255  # about 250
LEAST_REASON = 40  # characters


def too_long(path: Path, most: int, mark: str) -> bool:
    """Whether a file is longer than it may be and no line `<mark> Long: ` says why."""
    lines = path.read_text("utf-8").splitlines()
    has_reason = any(re.match(rf"{mark} Long: .{{{LEAST_REASON},}}", line) for line in lines)
    return len(lines) > most and not has_reason


def test_a_module_is_short_or_says_why_not() -> None:
    offences = [
        path.relative_to(ROOT).as_posix()
        for path in python_modules(*PACKAGES)
        if too_long(path, MOST_LINES_OF_A_MODULE, "#")
    ]
    assert not offences, f"above {MOST_LINES_OF_A_MODULE} lines without `# Long: `"


def test_a_model_is_short_or_says_why_not() -> None:
    offences = [path.stem for path in sql_files("models") if too_long(path, MOST_LINES_OF_A_MODEL, "--")]
    assert not offences, f"above {MOST_LINES_OF_A_MODEL} lines without `-- Long: `"


def test_only_a_reason_lets_a_file_be_long(tmp_path: Path) -> None:
    path = tmp_path / "long.py"
    for text, is_too_long in (
        ("\n" * 10, False),
        ("\n" * 11, True),
        ("# Long: because.\n" + "\n" * 10, True),
        (f"# Long: {'why it is one subject ' * 3}\n" + "\n" * 10, False),
        (f"    # Long: {'why it is one subject ' * 3}\n" + "\n" * 10, True),
    ):
        path.write_text(text, "utf-8")
        assert too_long(path, 10, "#") is is_too_long, text


# --- import circles ---


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def imported(tree: ast.Module, name: str, known: frozenset[str]) -> Iterator[str]:
    """The modules of the project that a module imports when it is imported: not inside a function, not for types."""
    waiting: list[ast.stmt] = list(tree.body)
    while waiting:
        node = waiting.pop()
        match node:
            case ast.Import():
                found = [alias.name for alias in node.names]
            case ast.ImportFrom(level=0, module=str(module)):
                # `from package import module` needs the module; `from module import name` the one named first
                found = [longer if (longer := f"{module}.{alias.name}") in known else module for alias in node.names]
            case ast.ClassDef() | ast.With():
                found = []
                waiting += node.body
            case ast.Try():
                found = []
                waiting += [*node.body, *node.orelse, *node.finalbody, *(s for h in node.handlers for s in h.body)]
            case ast.If():
                found = []
                is_for_types = "TYPE_CHECKING" in ast.unparse(node.test)
                waiting += node.orelse if is_for_types else [*node.body, *node.orelse]
            case _:
                found = []
        yield from (module for module in found if module in known and module != name)


def graph_of(modules: dict[str, str]) -> dict[str, set[str]]:
    """Module -> modules that it imports; `modules`: name -> text."""
    known = frozenset(modules)
    return {name: set(imported(ast.parse(text), name, known)) for name, text in modules.items()}


def circle_in(graph: dict[str, set[str]]) -> list[str] | None:
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return None


@pytest.mark.parametrize("package", PACKAGES)
def test_no_modules_import_each_other(package: str) -> None:
    modules = {name_of(path): path.read_text("utf-8") for path in python_modules(package)}
    circle = circle_in(graph_of(modules))
    assert circle is None, " -> ".join(circle or [])


def test_a_circle_is_seen() -> None:
    straight = {
        "p": "from p.a import f\n",
        "p.a": "import p.b\n",
        "p.b": "def f():\n    from p import a\n    return a\nif TYPE_CHECKING:\n    from p.a import T\n",
    }
    assert circle_in(graph_of(straight)) is None
    assert circle_in(graph_of(straight | {"p.b": "from p import a\n"})) is not None
    assert circle_in(graph_of(straight | {"p.b": "from p import f\n"})) is not None  # through the package itself
