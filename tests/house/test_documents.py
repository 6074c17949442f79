"""The documents say what is there: whatever cites one finds it, and their tables are those of the code.

Belongs here: docs/, README and CONTRIBUTING against the tree. Not here: docstrings and descriptions beside the code
(test_docs), contracts against dbt (test_drift).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import click
import pytest

from ingestion.contract import Parse
from ingestion.sources import DATASETS
from orchestration.cli import main
from rulebook.grammar import BLOCKS
from serving.outputs import OUTPUTS
from serving.releases import checks
from tests.house.project import DBT, ROOT, model_properties, sql_files, tracked_files

DOCS = ROOT / "docs"
PAGES = [path for path in tracked_files() if path.suffix == ".md" and path.is_relative_to(DOCS)]
TEXTS = [*PAGES, *(ROOT / name for name in ("README.md", "README.zh.md", "CONTRIBUTING.md"))]
CITING = [
    path
    for path in (*tracked_files(), ROOT / "README.md")
    if (path.suffix in (".py", ".sql", ".yml", ".yaml", ".md") or path.name == "Makefile") and path != Path(__file__)
]


# --- what a page offers to who cites it ---


@lru_cache(maxsize=64)
def anchors(page: Path) -> frozenset[str]:
    """Headings with and without their number, numbers, words in bold, words of code, first cells of tables."""
    text = page.read_text("utf-8")
    found: set[str] = set()
    for heading in re.findall(r"^#+ (.+)$", text, flags=re.M):
        number, _, title = heading.partition(" ")
        number = number.rstrip(".")
        found |= {heading, title, number} if re.fullmatch(r"\d+(\.\d+)?", number) else {heading}
    for cell in re.findall(r"^\| ([^|]+?) \|", text, flags=re.M):
        found |= {cell, cell.split()[0]}
        if of := re.fullmatch(r"([A-Z])(\d+)-(\d+)", cell.split()[0]):
            found |= {f"{of[1]}{number}" for number in range(int(of[2]), int(of[3]) + 1)}
    found |= set(re.findall(r"\*\*(.+?)\*\*", text)) | set(re.findall(r"`([^`\n]+)`", text))
    return frozenset(normal(word) for word in found)


def normal(word: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"[`*\\]", "", word)).strip().rstrip(".:").casefold()


def offers(page: Path, word: str) -> bool:
    """Whether a word is an anchor of a page, or begins one."""
    return any(re.match(re.escape(normal(word)) + r"(?!\w)", anchor) for anchor in anchors(page))


# --- what is cited ---

_NUMBER = r"\d+\.\d+|[QRK]\d+|\d+"
_ONE = rf'(?:{_NUMBER})(?:[-–](?:{_NUMBER}))?|sections? \d+|"\w[^"]*"|`(?![\w/]+\.md`)\w[^`]*`|[a-z]+\.(?!md\b)[a-z_]+'
_REFERENCES = re.compile(rf"`?+'?,? ?\(?(?P<first>{_ONE})(?P<more>(?:(?:, | and |, and )(?:{_ONE}))*)")
_PHRASE = re.compile(r", (?!under |once |in |[\w/]+\.md)(?P<phrase>\w[\w ]*?)(?=[.,:;)\"]| and |$)")
_NAME = re.compile(r"(?<![\w/.])((?:[\w-]+/)*[\w-]+\.md)\b")
_BARE = re.compile(r"\((K\d+)\)|\((?:section )?(6\.\d+)\)")


def citations(text: str) -> Iterator[tuple[str, str]]:
    """(page, what of it) for each citation in a text; what = '' where the page alone is named."""
    text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", text)  # a link, as it is read
    text = re.sub(r"\s*\n\s*(?:#:?|--|//)?\s*", " ", text)
    for named in _NAME.finditer(text):
        rest = text[named.end() :]
        yield named[1], ""
        if found := _REFERENCES.match(rest):
            for one in re.findall(_ONE, found[0]):
                for part in parts(one):
                    yield named[1], part
        elif found := _PHRASE.match(rest):
            yield named[1], found["phrase"]
    for bare in _BARE.finditer(text):
        yield ("sources.md", bare[1]) if bare[1] else ("credit.md", bare[2])


def parts(one: str) -> list[str]:
    """A reference by itself; a range by its ends, of which the second may leave the letter out (R20-23)."""
    if one[0] in '"`':
        return [one.strip('"`')]
    first, *last = re.split(r"(?<=\d)[-–](?=[QRK\d])", re.sub(r"^sections? ", "", one))
    return [first, *(end if not end.isdigit() or first[0].isdigit() else first[0] + end for end in last)]


def page_of(name: str) -> Path | None:
    """The page that a citation names: one of docs/, or another file of the repository."""
    for path in (*(DOCS / folder / name for folder in ("", "rulebook", "how-to")), ROOT / name):
        if path.is_file():
            return path
    others = (path for path in tracked_files() if not path.is_relative_to(DOCS))
    return next((path for path in others if path.name == Path(name).name), None)


def lost(text: str) -> list[str]:
    """The citations of a text that lead nowhere."""
    found = []
    for name, what in citations(text):
        page = page_of(name)
        if page is None or (what and page.is_relative_to(DOCS) and not offers(page, what)):
            found.append(f"{name} {what}".strip())
    return found


def test_every_citation_leads_to_a_heading_or_number() -> None:
    offences = {path.relative_to(ROOT).as_posix(): lost(path.read_text("utf-8")) for path in CITING}
    assert not {name: found for name, found in offences.items() if found}


def test_the_guard_reads_every_form_of_a_citation() -> None:
    for text, expected in (
        ("as credit.md 6.1–6.5, 6.12 say", {"6.1", "6.5", "6.12"}),
        ("credit.md sections 2, 5 and 6.", {"2", "5", "6"}),
        ("credit.md, section 3)", {"3"}),
        ("(credit.md Q7, 6.6): why", {"Q7", "6.6"}),
        ("credit.md R20-23: what", {"R20", "R23"}),
        ("`sources.md`, `marts.md` (K6)", {"K6"}),
        ('(sources.md,\n# K14 and K15) "x"', {"K14", "K15"}),
        ('sources.md, "Whom a complaint\n    -- is about".', {"Whom a complaint is about"}),
        ("format.md, Order on a day: first", {"Order on a day"}),
        ("format.md, `items: [A, B]`: one row", {"items: [A, B]"}),
        ("[serving.md](serving.md) 4 and 5", {"4", "5"}),
        ("read (K10), then (6.3)", {"K10", "6.3"}),
        ("credit.md 6.11, in its order", {"6.11"}),
        ("marts.md quality.fct_loads)", {"quality.fct_loads"}),
    ):
        assert {what for _, what in citations(text)} - {""} == expected, text


@pytest.mark.parametrize(
    "text",
    ["credit.md 6.99", "sources.md, K19", "(K44)", "format.md, `no_such_word`: x", "nowhere.md", "credit.md Q99"],
)
def test_the_guard_would_catch_a_citation_that_leads_nowhere(text: str) -> None:
    assert lost(text)


# --- links and paths ---


def slug(heading: str) -> str:
    return re.sub(r"[^\w\- ]", "", heading.casefold()).replace(" ", "-")


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", page.read_text("utf-8")):
        assert "://" not in target, f"{target}: the documents need no network"
        name, _, anchor = target.partition("#")
        path = (page.parent / name).resolve() if name else page
        assert path.exists(), target
        if anchor:
            headings = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), flags=re.M)
            assert anchor in map(slug, headings), target


TOPS = {path.relative_to(ROOT).parts[0] for path in tracked_files()}


@pytest.mark.parametrize("page", TEXTS, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_path_of_the_tree_that_is_named_is_there(page: Path) -> None:
    """A path with <>, * or … is a form, not a file."""
    for named in re.findall(r"`([\w.-]+(?:/[\w.-]+)*/?)`", page.read_text("utf-8")):
        top, _, rest = named.partition("/")
        if top in TOPS and rest:
            assert (ROOT / named).exists(), named


def test_what_is_not_built_says_so_in_one_way() -> None:
    for page in PAGES:
        text = page.read_text("utf-8")
        said = re.findall(
            r".{0,3}\b(?:not (?:yet )?(?:built|implemented)|to be (?:built|added)).{0,8}", text, flags=re.I
        )
        assert all("**Not built yet.**" in one for one in said), (page.name, said)


# --- tables that repeat the code ---


def rows(page: str, *under: str) -> Iterator[list[str]]:
    """The cells of every row of tables, below the headings named (all, if none)."""
    heading = ""
    for line in (DOCS / page).read_text("utf-8").splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        elif line.startswith("| ") and (not under or heading in under):
            yield [cell.strip().replace(r"\|", "|") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]


def quoted(cell: str) -> str:
    return cell.strip("`")


@pytest.mark.parametrize("key", sorted(DATASETS), ids="/".join)
def test_sources_md_names_every_column_and_value_of_a_contract(key: tuple[str, str]) -> None:
    dataset = DATASETS[key]
    (columns,) = (row[3] for row in rows("sources.md", dataset.source) if quoted(row[0]) == dataset.name)
    words = re.split(r"[,/（）() ]+", columns)
    for column in dataset.columns:
        assert column.header in words or column.header in columns, column.header
        if column.parse in (Parse.CHOICE, Parse.FLAG, Parse.OPEN_CHOICE) and not column.spellings.get("true"):
            assert not [value for value in column.choices if value not in words and value not in columns], column.header


def test_sources_md_names_no_dataset_that_is_none() -> None:
    sources = {source for source, _ in DATASETS}
    named = {quoted(row[0]) for row in rows("sources.md", *sources)} - {"dataset", "---"}
    assert named == {name for _, name in DATASETS}


def marts() -> dict[str, set[str]]:
    """schema.table -> columns, as the YAML has them; and the one table that no model makes."""
    found = {
        f"{path.parent.name}.{path.stem}": {column["name"] for column in model_properties()[path.stem]["columns"]}
        for path in sql_files("models/marts")
    }
    return found | {checks.TABLE: set(checks.COLUMN_COMMENTS)}


def test_marts_md_lists_every_table_with_its_columns() -> None:
    schemas = {name.split(".")[0] for name in marts()}
    listed = {quoted(row[0]): set(row[2].split(", ")) for row in rows("marts.md", *schemas) if row[0].startswith("`")}
    assert set(listed) == set(marts())
    for name, columns in marts().items():
        assert listed[name] == columns, name


def test_marts_md_lists_every_issue_that_is_named_in_full() -> None:
    listed = {quoted(code) for row in rows("marts.md", "Data issues") for code in row[0].split(", ")}
    named = {
        code for path in sql_files("models") for code in re.findall(r"'(\w+)' as issue_code", path.read_text("utf-8"))
    }
    assert named and named <= listed


def commands(command: click.Command, name: str) -> Iterator[tuple[str, set[str]]]:
    """Every command with its options, without --home and --help, which all have."""
    if isinstance(command, click.Group):
        for part, inner in command.commands.items():
            yield from commands(inner, f"{name} {part}")
        return
    yield name, {option for one in command.params for option in one.opts if option.startswith("--")} - {"--home"}


def test_cli_md_names_every_command_and_option() -> None:
    listed = {}
    for cell, *_ in rows("cli.md", "Commands"):
        if cell.startswith("`firemark"):
            name = re.match(r"firemark(?: [a-z][a-z-]*)+", quoted(cell))
            assert name
            listed[name[0]] = set(re.findall(r"--[a-z-]+", cell))
    assert listed == dict(commands(main, "firemark"))


def test_cli_md_promises_no_command_that_is_there() -> None:
    there = dict(commands(main, "firemark"))
    coming = [name for row in rows("cli.md", "Commands to come") for name in re.findall(r"`(firemark [^`]+)`", row[0])]
    assert coming
    for name in coming:
        command, _, option = name.partition(" --")
        assert (f"--{option.split()[0]}" not in there[command]) if option else (command not in there), name


def seed(name: str) -> list[dict[str, str]]:
    with (DBT / "seeds" / "reference" / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_conflicts_md_says_of_each_kind_what_its_seed_says() -> None:
    listed = {quoted(row[0]): row for row in rows("conflicts.md", "Cross-agency engineer conflicts")}
    kinds = {row["detector_kind"]: row for row in seed("detectors") if row["family"] == "conflict"}
    assert set(listed) - {"kind", "---"} == set(kinds)
    for kind, row in kinds.items():
        severity, _, confidence = listed[kind][2].rpartition(" · ")
        assert confidence == (row["base_confidence"] or "none"), kind
        assert row["severity"].replace("_", " ") in severity, kind
        asked = re.findall(r"`(\w+)`", listed[kind][3])
        assert asked == ([] if kind == "counted_twice" else [*filter(None, row["explanations"].split("、"))]), kind


def test_conflicts_md_lists_every_kind_of_lead_under_its_clause() -> None:
    listed = {quoted(row[1]): row[0] for row in rows("conflicts.md", "The other ten items") if row[1].startswith("`")}
    leads = {
        row["detector_kind"]: row["clause"].rstrip("ab") or "–" for row in seed("detectors") if row["family"] == "lead"
    }
    assert listed == leads


@pytest.mark.parametrize("block", BLOCKS)
def test_format_md_names_every_key(block: str) -> None:
    (keys,) = (row[1] for row in rows("rulebook/format.md", "Blocks and keys") if quoted(row[0]) == block)
    named = re.findall(r"`(\w+)`", keys)
    assert sorted(set(named)) == sorted(BLOCKS[block])


def test_serving_md_lists_every_output() -> None:
    listed = {quoted(row[0]): row[1] for row in rows("serving.md", "1. Outputs") if row[0].startswith("`")}
    audiences = {output.name: str(output.audience).replace("_", " ") for output in OUTPUTS}
    assert {name: audience.casefold() for name, audience in listed.items()} == audiences


@pytest.mark.parametrize("page", sorted((DOCS / "how-to").glob("*.md")), ids=lambda page: page.stem)
def test_a_how_to_names_tests_that_are_there_and_ends_with_its_files(page: Path) -> None:
    text = page.read_text("utf-8")
    tests = {path: path.read_text("utf-8") for path in tracked_files() if path.is_relative_to(ROOT / "tests")}
    for named in re.findall(r"`(test_\w+)`", text):
        assert any(f"def {named}(" in content for content in tests.values()), named
    assert text.index("## Checks for what was forgotten") < text.index("## Files touched")


def test_the_chinese_readme_shows_the_same_tables_commands_and_targets() -> None:
    english, chinese = ((ROOT / name).read_text("utf-8") for name in ("README.md", "README.zh.md"))
    for form in (r"^\| `(\w+\.\w+)` \|", r"^\| `firemark (\w+)", r"^\| `make (\w+)"):
        said = re.findall(form, english, flags=re.M)
        assert said and re.findall(form, chinese, flags=re.M) == said
