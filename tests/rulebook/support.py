"""Small regimes for tests: a valid one as text, and helpers that change it and collect the problems."""

from __future__ import annotations

from pathlib import Path

from rulebook.folder import Folder, empty_folder
from rulebook.importing import merge
from rulebook.lint import lint
from rulebook.problems import Problem, RulebookError
from rulebook.regime_file import read_regime

ROOT = Path(__file__).resolve().parents[2]
DEFAULT_YAML = ROOT / "rulebook" / "regimes" / "jiaozuo-2024-draft.yaml"
DEFAULT_FOLDER = ROOT / "dbt_project" / "seeds" / "rulebook"
SHIPPED = sorted(DEFAULT_YAML.parent.glob("*.yaml"))
FOREIGN = sorted((Path(__file__).parent / "regimes").glob("*.yaml"))

SMALL = """\
rulebook:
  id: small-1
  regime: small
  doc: a small regime
  status: in_force
  effective_from: 2024-01-01
  base: 100
  score_step: 1
components:
  - {id: ADD, sign: 1, window: P1Y, agg: sum, cap: 10}
  - {id: SUB, sign: -1, window: P1Y, agg: sum}
  - {id: STATE, sign: 1, window: state, agg: sum, cap: 20}
items:
  - {code: M1, comp: ADD, title: merit, points: 5}
  - {code: F1, comp: SUB, title: grave, points: 40, cap: 80, subsumes: [F2]}
  - {code: F2, comp: SUB, title: slight, points: 10, channels: [acceptance]}
  - {code: H1, comp: STATE, title: heads, points: 2, fact: engineers, above: 2}
clauses:
  - {dataset: merit_claims, clause: "*", item: M1}
  - {dataset: "*", clause: 1, item: F1}
  - {dataset: findings, clause: "*", item: F2}
bands:
  - {grade: A, lo: 100, lo_inc: false, hi: null, hi_inc: false}
  - {grade: B, lo: 60, lo_inc: true, hi: 100, hi_inc: true}
  - {grade: C, lo: null, lo_inc: false, hi: 59, hi_inc: true}
repair: {natural: expiry, on_application: true, effective_on: approved_on, blocked_grades: [C], add_back: full_item}
measures:
  - {grade: C, code: exit, when: on_enter}
"""


def write(directory: Path, text: str = SMALL, *changes: tuple[str, str], name: str = "small.yaml") -> Path:
    """A regime file: the text with the changes made; each must match exactly once."""
    for old, new in changes:
        assert text.count(old) == 1, f"{old!r} occurs {text.count(old)} times"
        text = text.replace(old, new)
    path = directory / name
    path.write_text(text, "utf-8")
    return path


def lines_of(path: Path, part: str) -> set[int]:
    """The numbers of the lines that hold the part."""
    return {number for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1) if part in line}


def line_of(path: Path, part: str) -> int:
    """The number of the one line that holds the part."""
    (number,) = lines_of(path, part)
    return number


def grammar_problems(path: Path) -> list[Problem]:
    """The problems found when the file is read."""
    try:
        read_regime(path)
    except RulebookError as error:
        return error.problems
    return []


def folder_of(*files: Path) -> Folder:
    """The folder made from the files, without writing it."""
    return merge(empty_folder(), files)[0]


def lint_codes(*files: Path) -> list[str]:
    """The codes of all problems that lint finds in the files together."""
    return [problem.code for problem in lint(folder_of(*files))]
