"""The first screen: what a build read, kept out and found, the grades, and what to type next, in at most `MOST` lines.

Belongs here: the order of the lines, and what is left out when there is no room. Pure: no stream, no release. Does not
belong here: the numbers (`serving.overview`), the words of reasons (`serving.reasons`), widths (`cells`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any

from rich.cells import cell_len

from orchestration.cli.notes import ignored_line, later_line
from orchestration.cli.render import one_line, plain, visible
from orchestration.cli.wrapping import packed, padded
from serving.dictionary import value_words
from serving.overview import Graded, Overview, by_grade
from serving.reasons import Reason

MOST = 60
_GRADE_ROWS = 14  # of two agencies each
_LONGEST_NAME = 36
_REMARKS = 2
_SCORE = 6
_INDENT = "       "


@dataclass(frozen=True)
class Block:
    """A heading with the lines below it. `entries`: shown as far as there is room, each with its lines."""

    heading: list[str]
    lines: list[str] = field(default_factory=list)
    entries: list[list[str]] = field(default_factory=list)
    rest: Any = None  # number of entries shown -> the line that replaces the others

    def shown(self, count: int) -> list[str]:
        """The block with so many of its entries."""
        shown = [line for entry in self.entries[:count] for line in entry]
        tail = [self.rest(count)] if count < len(self.entries) else []
        return [*self.heading, *self.lines, *shown, *tail]


def first_screen(
    report: Mapping[str, Any],
    held: Sequence[Reason],
    found: Overview | None,
    commands: Sequence[tuple[str, str]],
    width: int,
) -> list[list[str]]:
    """The screen as blocks of lines. `report`: a build's report for machines; `found`: None when nothing was released;
    `commands`: what to type next, and why.
    """
    quarantined = found.quarantined if found else []
    blocks = [
        _read(report, width),
        _reasons(f"暂扣的文件 Files held: {report['files']['held']}. 每种原因一例 one of each reason:", held, width),
        _reasons(_quarantined_heading(found) if found else "", quarantined, width),
        _found(found, width) if found else None,
        _grades(found, width) if found else None,
        _next(commands, width),
    ]
    kept = [block for block in blocks if block is not None]
    counts = _shared(kept, MOST)
    return [block.shown(count) for block, count in zip(kept, counts, strict=True)]


def _shared(blocks: Sequence[Block], room: int) -> list[int]:
    """How many entries each block shows, so that all fit. Blocks take turns, so that none takes all the room; each has one."""
    counts = [min(1, len(block.entries)) for block in blocks]
    is_open = [len(block.entries) > 1 for block in blocks]
    while any(is_open):
        for place, block in enumerate(blocks):
            if not is_open[place]:
                continue
            counts[place] += 1
            if sum(len(one.shown(count)) for one, count in zip(blocks, counts, strict=True)) > room:
                counts[place] -= 1
                is_open[place] = False
            elif counts[place] == len(block.entries):
                is_open[place] = False
    return counts


def _read(report: Mapping[str, Any], width: int) -> Block:
    files, rows, checks = report["files"], report["rows"], report["checks"]
    if report["as_of_on"] is None:
        return Block(_head(_outcome(report), width))
    lines = _wrap(
        [
            f"文件 files: 新 new {files['new']}",
            f"读 read {files['parsed']}; 共 in all: 载入 loaded {files['loaded']}",
            f"重复 duplicate {files['duplicate']}",
            f"暂扣 held {files['held']}",
            f"替换 replaced {files['replaced']}" if files["replaced"] else "",
        ],
        width,
    )
    counted = " + ".join(
        (
            f"接受 accepted {rows['accepted']}",
            f"隔离 quarantined {rows['quarantined']}",
            f"重复 duplicate {rows['duplicate']}",
        )
    )
    lines += _wrap([f"行 rows: 读 read {rows['read']} = {counted}"], width)
    if report["status"] == "released":
        told = f"{len(checks['failed'])} 项有发现 with findings" if checks["failed"] else ""
        lines += _wrap([f"检查 checks: {checks['passed']} 项通过 passed", told], width)
    lines += _some("已载入，请注意 loaded, but note:", report["notes"], width)
    lines += _some("", [ignored_line(item) for item in report["ignored"]], width)
    if (later := later_line(report["later_than_as_of"])) is not None:
        lines += _wrap([later], width)
    return Block(_head(_outcome(report), width), lines)


def _outcome(report: Mapping[str, Any]) -> str:
    if report["release_id"] is None:
        return "未发布 Nothing was released"
    verb = "核对后沿用 verified and reused" if report["status"] == "reused" else "已发布 released"
    return (
        f"{verb} {report['release_id']}  as of {report['as_of_on']}  rulebook {report['rulebook_id']}  "
        f"{report['seconds']:.1f} s"
    )


def _some(heading: str, said: Sequence[str], width: int) -> list[str]:
    """The first remarks of a kind, and how many more there are."""
    lines = [line for one in said[:_REMARKS] for line in _wrap([f"{heading} {one_line(one)}".strip()], width)]
    return [*lines, f"  另有 and {len(said) - _REMARKS} more"] if len(said) > _REMARKS else lines


def _head(text: str, width: int) -> list[str]:
    return packed([text], width, indent="  ", first="", between=" ")


def _wrap(pieces: Sequence[str], width: int) -> list[str]:
    return packed(pieces, width, indent=_INDENT, first="  ", between=", ")


def _reasons(heading: str, reasons: Sequence[Reason], width: int) -> Block | None:
    if not reasons:
        return None

    def rest(count: int) -> str:
        others = reasons[count:]
        number = sum(reason.count for reason in others)
        line = f"{number:>5}  另有 {len(others)} 种 for {len(others)} more reasons (firemark quarantine)"
        names = [f"{reason.wrong} {reason.count}" for reason in others]
        return _as_many(line, names, width)

    return Block(_head(heading, width), entries=[_reason_lines(reason, width) for reason in reasons], rest=rest)


def _as_many(line: str, names: Sequence[str], width: int) -> str:
    """A line with as many names at its end as fit."""
    for place, name in enumerate(names):
        longer = line + ("、" if place else ": ") + name
        if cell_len(longer) > width - 1:
            return line + ("…" if place else "")
        line = longer
    return line


def _reason_lines(reason: Reason, width: int) -> list[str]:
    text = one_line(f"{reason.in_chinese}: {reason.place}: {reason.found}")
    return packed([text], width, indent=_INDENT, first=f"{reason.count:>5}  ", between="")


def _quarantined_heading(found: Overview) -> str:
    count = sum(reason.count for reason in found.quarantined)
    nobodys = f", 其中对象不明 of which {found.nobodys_count} name nobody" if found.nobodys_count else ""
    corrected = f"; 已更正 corrected {found.corrected_count}" if found.corrected_count else ""
    return f"隔离的行 Rows quarantined: {count}{nobodys}{corrected}"


def _found(found: Overview, width: int) -> Block:
    told = [f"{' '.join(value_words('review_status', status))} {n}" for status, n in found.conflicts.items()]
    heading = f"发现 Found: 冲突 conflicts {sum(found.conflicts.values())}"
    if told:
        heading += f" = {' + '.join(told)}"  # open comes last, because its kinds follow
    lines: list[str] = []
    for severity, kinds in groupby(found.kinds, key=lambda kind: kind.severity):
        called = " ".join(value_words("severity", severity))
        pieces = [f"{kind.count}×{' '.join(filter(None, (kind.title, kind.code)))}" for kind in kinds]
        lines += packed(pieces, width, indent="    ", first=f"  {called}: ", between="、")
    others = [
        f"待核线索 open leads {found.open_leads}",
        f"数据问题 data issues {found.data_issues}",
        f"逾期任务 overdue tasks {found.overdue_tasks}",
    ]
    return Block(_head(heading, width), [*lines, *_wrap(others, width)])


def _grades(found: Overview, width: int) -> Block:
    counts = by_grade(found.agencies)
    if found.unrated_count:
        counts |= {"未评 unrated": found.unrated_count}
    told = [", ".join(f"{visible(grade)} {n}" for grade, n in counts.items())]
    if found.is_provisional:
        told.append("分值暂定 provisional")
    if found.incomplete_count:
        told.append(f"证据不全 incomplete {found.incomplete_count}")
    return Block(
        _head(f"等级 Grades on {found.graded_on}: {'; '.join(filter(None, told))}", width),
        _table(found.agencies, width),
    )


def _table(agencies: Sequence[Graded], width: int) -> list[str]:
    """Two agencies on a line if they fit, the best at the top left; of too many, the best and the worst."""
    name = min(max((cell_len(agency.name) for agency in agencies), default=0), _LONGEST_NAME)
    grade = max((cell_len(plain(agency.grade)) for agency in agencies), default=0)
    sides = 2 if 2 * (name + _SCORE + grade + 5) <= width else 1
    most = _GRADE_ROWS * sides
    listed = list(agencies)
    if omitted := max(len(agencies) - most, 0):
        listed = [*agencies[: most // 2], *agencies[-(most // 2) :]]
    cells = [
        f"  {padded(visible(agency.name), name)} {padded(plain(agency.score), _SCORE, to_right=True)}  "
        f"{padded(plain(agency.grade), grade)}"
        for agency in listed
    ]
    rows = -(-len(cells) // sides)
    lines = ["".join(cells[place::rows]).rstrip() for place in range(rows)]
    if omitted:
        lines.append(f"  另有中间 and between these {omitted}: firemark grades")
    return lines


def _next(commands: Sequence[tuple[str, str]], width: int) -> Block | None:
    if not commands:
        return None
    longest = max(cell_len(command) for command, _ in commands)
    lines = [f"  {padded(command, longest)}  {why}" for command, why in commands]
    if any(cell_len(line) > width for line in lines):
        lines = [line for command, why in commands for line in (f"  {command}", f"      {why}")]
    return Block(["接着可试 Try next:"], lines)
