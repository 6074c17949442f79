"""Missing evidence, as people read it below rows and in an explanation."""

from __future__ import annotations

import re
from typing import Any

from serving.incomplete import grouped
from tests.conftest import BuiltCity


def row(name: str, because: str | None) -> dict[str, Any]:
    return {"name": name, "incomplete_because": because}


def names(row: Any) -> str:
    return str(row["name"])


def test_nothing_missing_gives_no_line() -> None:
    assert grouped([row("甲", None), {"name": "乙"}], names) == []


def test_a_line_shows_dataset_days_cause_and_who_lacks_it() -> None:
    found = grouped(
        [
            row("甲", "registry/personnel 2024-05-10 row_quarantined"),
            row("乙", "registry/personnel 2024-06-10 row_quarantined"),
            row("丙", None),
        ],
        names,
    )
    assert found == ["registry/personnel 2024-05-10 – 2024-06-10: 有行被隔离 rows are quarantined: 甲、乙"]


def test_each_dataset_and_cause_has_a_line_of_its_own() -> None:
    because = "inspections/checks 2024-06-01 drop_held、registry/personnel 2024-06-10 row_quarantined"
    assert grouped([row("甲", because), row("乙", because.split("、", maxsplit=1)[0])], names) == [
        "inspections/checks 2024-06-01: 整批暂扣未载入 the drop is held: 全部 all 2",
        "registry/personnel 2024-06-10: 有行被隔离 rows are quarantined: 甲",
    ]


def test_of_many_a_few_are_named_once() -> None:
    rows = [row(str(number), "inspections/checks 2024-06-01 row_quarantined") for number in (1, 1, 2, 3, 4, 5)]
    (line,) = grouped([*rows, row("6", None)], names)
    assert line.endswith("1、2、3 等 and 2 more")


def test_missing_evidence_of_a_dirty_city_is_shown_below_its_rows(built_city: BuiltCity) -> None:
    for command in ("grades", "tasks", "conflicts"):
        told = built_city.run(command).stdout
        assert "证据不全" in told and "rows are quarantined: " in told, command


def test_an_explanation_names_the_rows_that_are_missing_and_what_to_do(built_city: BuiltCity) -> None:
    wanted = built_city.query(
        "select agency_id, file_name, row_number from quality.fct_quarantined_rows "
        "where is_missing and dataset = 'findings' and agency_id is not null order by received_on desc limit 1"
    )[0]
    told = built_city.run("explain", wanted["agency_id"]).stdout
    assert re.search(rf"quarantined: \S+ {re.escape(wanted['file_name'])}.*row {wanted['row_number']}\b.*\.", told)


def test_status_shows_rows_that_name_nobody(built_city: BuiltCity) -> None:
    wanted = built_city.query(
        "select source, dataset, count(*) as n from quality.fct_quarantined_rows "
        "where is_missing and not is_anybody_named group by all"
    )
    told = built_city.run("status").stdout
    assert wanted and all(f"{one['source']}/{one['dataset']}: {one['n']} 行被隔离" in told for one in wanted)
