"""Work lists for the desk: one workbook per kind of decision. With decisions filled in, it goes back into the inbox unchanged.

Belongs here: which open objects each list shows, and the workbook's form. Does not belong here: what is open (the
marts), reading the list back (it is an ordinary export of `credit_desk/decisions`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingestion.sources.credit_desk import DECISIONS
from serving.audiences import Audience
from serving.dictionary import entries
from serving.ordering import GRAVEST_FIRST
from serving.outputs.output import Output
from serving.releases.candidate import Candidate
from serving.workbooks import new_workbook

SHEET = "工作清单"
REFERENCE_PREFIX = "参考"  # such columns are ignored when the list comes back (sources.md)
_WIDTHS = {"对象编号": 40, "决定": 18, "决定日期": 14, "说明": 30}
_BLANK_ROWS_CHECKED = 200  # drop-downs reach beyond the last row, for rows that the desk adds


@dataclass(frozen=True)
class WorkList:
    """One list: `query` gives object_id, then the columns that the person needs."""

    file_name: str
    object_type: str
    choices: tuple[str, ...]
    query: str


WORK_LISTS: tuple[WorkList, ...] = (
    WorkList(
        "conflicts.xlsx",
        "conflict",
        ("confirmed", "cleared", "same_person", "different_person"),
        """
        select
            conflict_id as object_id, conflict_kind, severity, confidence, engineer_name, registration_no,
            employer_a_name, employer_a_id, employer_a_evidence, employer_b_name, employer_b_id, employer_b_evidence,
            overlap_from_on, overlap_until_on, overlap_days, due_on, incomplete_because
        from conflicts.fct_engineer_conflicts
        where status = 'open'
        order by
            """
        + GRAVEST_FIRST
        + """, conflict_kind, conflict_id
        """,
    ),
    WorkList(
        "leads.xlsx",
        "lead",
        ("confirmed", "cleared"),
        """
        select
            leads.lead_id as object_id, leads.lead_kind, leads.item_code, agencies.agency_name, leads.agency_id,
            leads.subject, leads.evidence, leads.severity, leads.first_seen_on, leads.incomplete_because
        from supervision.fct_leads as leads
        left join credit.dim_agencies as agencies on leads.agency_id = agencies.agency_id
        where leads.status = 'open'
        order by leads.lead_kind, leads.lead_id
        """,
    ),
    WorkList(
        "directory.xlsx",
        "directory",
        ("exit", "readmit"),
        """
        select distinct
            tasks.agency_id as object_id, agencies.agency_name, agencies.directory_status, tasks.opened_on, tasks.clause,
            tasks.incomplete_because
        from supervision.rpt_tasks as tasks
        left join credit.dim_agencies as agencies on tasks.agency_id = agencies.agency_id
        where tasks.task_code = 'exit_proposal' and tasks.status <> 'done'
        order by tasks.opened_on, tasks.agency_id
        """,
    ),
    WorkList(
        "identities.xlsx",
        "identity",
        ("same_person", "different_person"),
        """
        select
            complaints.object_prefix || '=' || suggestions.agency_id as object_id,
            complaints.dataset, complaints.source_key, complaints.raised_on, suggestions.agency_name,
            suggestions.agency_id, suggestions.ratio, complaints.file_hash, complaints.sheet, complaints.row_number
        from quality.fct_unmatched_complaints as complaints
        inner join (
            select dataset, source_key, 1 as place, suggestion_1_id as agency_id, suggestion_1_name as agency_name,
                suggestion_1_ratio as ratio
            from quality.fct_unmatched_complaints
            union all
            select dataset, source_key, 2, suggestion_2_id, suggestion_2_name, suggestion_2_ratio
            from quality.fct_unmatched_complaints
            union all
            select dataset, source_key, 3, suggestion_3_id, suggestion_3_name, suggestion_3_ratio
            from quality.fct_unmatched_complaints
        ) as suggestions
            on complaints.dataset = suggestions.dataset and complaints.source_key = suggestions.source_key
        where suggestions.agency_id is not null
        order by complaints.raised_on, complaints.dataset, complaints.source_key, suggestions.place
        """,
    ),
)


def write_work_lists(connection: duckdb.DuckDBPyConnection, folder: Path, as_of_on: dt.date) -> dict[str, int]:
    """Writes every list into `folder`; returns file name -> number of objects to decide.

    `connection` has the marts of one release. The lists hold names of engineers: the folder must be below `restricted/`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    files = _names_of_files(connection)
    counts = {}
    for work_list in WORK_LISTS:
        result = connection.execute(work_list.query)
        names = [column[0] for column in result.description]
        rows = [(row[0], *(_with_file_names(cell, files) for cell in row[1:])) for row in result.fetchall()]
        _write(folder / work_list.file_name, work_list, names, rows, as_of_on)
        counts[work_list.file_name] = len(rows)
    return counts


_HASH = re.compile(r"\b[0-9a-f]{64}\b")


def _names_of_files(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """File hash -> the name and day by which people find the file; of several, the first received."""
    return dict(
        connection.execute(
            "select file_hash, min_by(file_name || '（' || received_on || ' 收到）', (received_on, file_name)) "
            "from quality.fct_loads group by file_hash"
        ).fetchall()
    )


def _with_file_names(cell: Any, files: Mapping[str, str]) -> Any:
    """The cell with each file's name before its hash; other hashes, such as a person's, stay as they are."""
    if not isinstance(cell, str):
        return cell
    return _HASH.sub(lambda found: f"{files[found[0]]} {found[0]}" if found[0] in files else found[0], cell)


def _decision_id(object_id: str, as_of_on: dt.date) -> str:
    """The same for one object on one day, so that a list dropped twice decides once."""
    return f"GZ{as_of_on:%Y%m%d}-{hashlib.sha256(object_id.encode()).hexdigest()[:12]}"


def _write(path: Path, work_list: WorkList, names: Sequence[str], rows: Sequence[tuple[Any, ...]], on: dt.date) -> None:
    headers = [column.header for column in DECISIONS.columns]
    prefilled = {"decision_id": None, "object_type": work_list.object_type}
    with new_workbook(path) as book:
        sheet = book.add_worksheet(SHEET)
        bold, grey = book.add_format({"bold": True}), book.add_format({"font_color": "#666666"})
        dates = book.add_format({"num_format": "yyyy-mm-dd"})
        for index, header in enumerate(headers):
            sheet.write_string(0, index, header, bold)
            sheet.set_column(index, index, _WIDTHS.get(header, 22 if header == "决定编号" else 12))
        for index, name in enumerate(names[1:], start=len(headers)):
            sheet.write_string(0, index, REFERENCE_PREFIX + entries()[name].zh, bold)
            sheet.set_column(index, index, 20)
        for number, (object_id, *shown) in enumerate(rows, start=1):
            for index, column in enumerate(DECISIONS.columns):
                if column.name == "object_id":
                    sheet.write_string(number, index, object_id)
                elif column.name in prefilled:
                    sheet.write_string(number, index, prefilled[column.name] or _decision_id(object_id, on))
            for index, cell in enumerate(shown, start=len(headers)):
                sheet.write_string(number, index, "" if cell is None else str(cell), grey)
        last = len(rows) + _BLANK_ROWS_CHECKED
        decision = headers.index(DECISIONS.column("decision_code").header)
        sheet.data_validation(
            1,
            decision,
            last,
            decision,
            {
                "validate": "list",
                "source": list(work_list.choices),
                "error_title": "决定 decision",
                "error_message": "请从列表中选择 / choose from the list",
            },
        )
        decided_on = headers.index(DECISIONS.column("decided_on").header)
        sheet.set_column(decided_on, decided_on, 14, dates)
        sheet.freeze_panes(1, 0)
        if rows:
            sheet.autofilter(0, 0, len(rows), len(headers) + len(names) - 2)


def _write_output(candidate: Candidate) -> None:
    write_work_lists(candidate.connection, candidate.restricted / "work_lists", candidate.as_of_on)


OUTPUT = Output("work_lists", Audience.CONFLICT_DESK, write=_write_output)
