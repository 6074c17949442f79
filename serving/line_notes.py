"""The remark on a line of an explanation: what its kind, item and points do not show.

Belongs here: the words for superseded, capped, disputed, repeated and multiplied lines. Does not belong here: reading
lines (`explain`), scoring (dbt).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

from rulebook.numbers import number

# The columns of a line's item that `note` reads, besides the ledger's columns, item_points and check_task_id; null in
# a release of an earlier program.
RULE_COLUMNS = ("points_from", "quantity_from", "repeat_factor")
_WITH_POINTS = ("misconduct", "merit", "fact")


def note(line: dict[str, Any], on: dt.date) -> str | None:
    """The line's remark; null if it needs none."""
    return "; ".join(_notes(line, on)) or None


def _notes(line: dict[str, Any], on: dt.date) -> Iterator[str]:
    if line["line_kind"] != "repair" and (line["repaired_on"] is None or on < line["repaired_on"]):
        yield from _of_effect(line)
    if line["line_kind"] in _WITH_POINTS and line["effect"] == "points":
        yield from _of_points(line)
    if line["line_kind"] == "superseded":
        yield f"被 {line['counted_by_item_code']} 吸收 the same act counts as {line['counted_by_item_code']}"
    if line["line_kind"] == "cap_adjustment":
        yield _of_cap(line)
    elif line["check_task_id"] and line["check_task_id"] != line["document_no"]:
        yield f"检查任务 of check {line['check_task_id']}"
    if line["line_kind"] == "repair":
        yield "信用修复 repaired: its line no longer counts"
    if line["is_disputed"]:
        since = line.get("disputed_since_on")  # null in a release of an earlier program
        yield f"异议中 since {since}, still counts" if since else "异议中 under objection, still counts"


def _of_effect(line: dict[str, Any]) -> Iterator[str]:
    if line["effect"] == "veto":
        yield f"一票否决 veto: the grade is {line['effect_grade']} whatever the score"
    if line["effect"] == "ceiling":
        yield f"等级上限 ceiling: the grade is no better than {line['effect_grade']}"
    if line["effect"] == "zero_component":
        yield f"分项计零 component {line['component_code']} gives 0"


def _of_points(line: dict[str, Any]) -> Iterator[str]:
    """How the points came about, if not from the item alone: the row's own points, a quantity, a repetition."""
    is_of_row, is_counted = line["points_from"] == "row", line["quantity_from"] == "row"
    factor = line["repeat_factor"] if line.get("is_repeat") else None
    points, item_points = abs(line["points"]), line["item_points"]
    if is_of_row:
        yield "按“扣分”栏 points of the row" + (" × 数量 its quantity" if is_counted else "")
    elif is_counted and item_points and points != item_points * (factor or 1):
        yield f"{number(item_points)} × 数量 quantity {number(points / item_points / (factor or 1))}"
    if factor:
        yield f"再犯 repeats an earlier line still in force: × {number(factor)}"


def _of_cap(line: dict[str, Any]) -> str:
    whole = f"分项 {line['component_code']} component" if line["component_code"] else "总分 the whole score"
    of = f"条目 {line['item_code']} item" if line["item_code"] else whole
    if not line.get("occasion_key"):
        return f"封顶或折算 taken away by a cap, a divisor or rounding · {of}"
    check = f"检查任务 check {line['check_task_id']}" if line["check_task_id"] else "同一行为 one act"
    return f"单次检查封顶 above the cap of one check · {of} · {check}"
