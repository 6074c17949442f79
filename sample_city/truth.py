"""Writes `truth/`: what a perfect build of the sample finds. `LAYOUT` describes each file.

Belongs here: file layout and appending. Does not belong here: deciding what is true.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Mapping
from functools import lru_cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from ingestion.contract import Dataset, Kind
from sample_city.files import Place
from sample_city.model import Record
from sample_city.render import Forms, forms_of, json_text, lake_values, source_key, within

LAYOUT_NAME = "README.md"
LAYOUT = """# The truth of this sample city

What a perfect build of `../inbox` finds. UTF-8; CSV with a header, JSON Lines.

- `city.json`: arguments, first day, last received_on, counts. Marks the directory as a sample.
- `files.csv`: each file of the inbox: expected_status (loaded, duplicate, held), reason_code, kind of dirt.
- `dirt.csv`: each dirty row: place, kind, expected_outcome (accepted, duplicate, quarantined), reason_code; if
  accepted, a lake column, its value and a flag of the row. A column of an ID shows the number itself.
- `rows/<source>.<dataset>.jsonl`: every current row as a perfect reader has it: the lake's columns, with
  received_on, file_name, sheet, row_number, source_key. Of an event or period, the last version and no deleted one;
  of a snapshot, all drops. `<name>_id` holds the ID number or mask where the lake has `<name>_key`, source_key the
  number (or the mask of one that fails) where the lake has the person's key.
- `evidence/<source>.<dataset>.jsonl`: every version of the rows that score, with `is_current`; of other datasets
  the versions that were superseded within the sample.
- `conflicts.csv`: planted conflicts and decoys (conflicts.md): kind, person (of two the other one, too), employers,
  expected_status (open, expired, explained; `none` = no row, or one that is explained), explained_by, is_decoy.
- `leads.csv`: the same for the other items: lead_code, item_code, agency, subject (report, contract, ticket, agency,
  or ID and day), expected_status, is_decoy.
- `canaries.csv`: personal values that may stand in the archive of originals and nowhere else in a home.
"""

TABLES = {
    "files.csv": ("source", "dataset", "received_on", "file_name", "expected_status", "reason_code", "kind"),
    "dirt.csv": (
        "source",
        "dataset",
        "received_on",
        "file_name",
        "sheet",
        "row_number",
        "kind",
        "expected_outcome",
        "reason_code",
        "column",
        "expected_value",
        "expected_flag",
    ),
    "conflicts.csv": (
        "conflict_kind",
        "person_id",
        "person_name",
        "registration_no",
        "other_person_id",
        "employer_a_id",
        "employer_b_id",
        "expected_status",
        "explained_by",
        "is_decoy",
        "note",
    ),
    "leads.csv": ("lead_code", "item_code", "agency_id", "subject", "expected_status", "is_decoy", "note"),
    "canaries.csv": ("kind", "value"),
}
EVIDENCE = {
    "credit_desk/findings",
    "credit_desk/merit_claims",
    "credit_desk/repairs",
    "credit_desk/decisions",
    "inspections/checks",
    "inspections/penalties",
    "complaints/hotline",
    "complaints/media",
}


@lru_cache(maxsize=256)
def _file_text(received_on: dt.date, file_name: str, sheet: str | None) -> str:
    return within({"received_on": received_on.isoformat(), "file_name": file_name, "sheet": sheet})


class TruthWriter:
    """Appends rows to the files of one truth folder; every file exists, even if it stays empty."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        (directory / "rows").mkdir(parents=True, exist_ok=True)
        (directory / "evidence").mkdir(parents=True, exist_ok=True)
        self.counts: dict[str, int] = dict.fromkeys(TABLES, 0)
        self._texts: dict[str, io.TextIOWrapper] = {}
        for name, columns in TABLES.items():
            self._append(name, columns)
        (directory / LAYOUT_NAME).write_text(LAYOUT, encoding="utf-8")

    def _open(self, name: str) -> io.TextIOWrapper:
        if name not in self._texts:
            self._texts[name] = (self.directory / name).open("w", encoding="utf-8", newline="")
        return self._texts[name]

    def _append(self, name: str, values: tuple[Any, ...]) -> None:
        csv.writer(self._open(name), lineterminator="\n").writerow(
            [str(value).lower() if isinstance(value, bool) else "" if value is None else value for value in values]
        )

    def table(self, name: str, **values: Any) -> None:
        """One line of a CSV table; a column that is not given stays empty."""
        unknown = set(values) - set(TABLES[name])
        if unknown:
            raise ValueError(f"{name}: unknown columns {sorted(unknown)}")
        self.counts[name] += 1
        self._append(name, tuple(values.get(column) for column in TABLES[name]))

    def file(
        self, dataset: Dataset, received_on: dt.date, name: str, status: str, *, reason: str = "", kind: str = ""
    ) -> None:
        self.table(
            "files.csv",
            source=dataset.source,
            dataset=dataset.name,
            received_on=received_on.isoformat(),
            file_name=name,
            expected_status=status,
            reason_code=reason,
            kind=kind,
        )

    def row(
        self,
        dataset: Dataset,
        received_on: dt.date,
        place: Place,
        record: Record,
        *,
        forms: Forms | None = None,
        changes: Mapping[str, Any] = MappingProxyType({}),
    ) -> None:
        """A row as a perfect reader has it: in `rows/` if no later version follows, in `evidence/` always.

        `forms`: those of its values, if they are known already. `changes`: lake values that differ because of the row's dirt.
        """
        if changes:
            lake = {**lake_values(dataset, record.values), **changes}
            content = within({"source_key": source_key(dataset, lake), **lake})
        else:
            of_dataset = forms_of(dataset)
            content = of_dataset.lake_text(forms or of_dataset.of(record.values), record.values)
        in_file = _file_text(received_on, place.file_name, place.sheet)
        line = f'{in_file}, "row_number": {place.row_number}, {content}}}\n'
        name = f"{dataset.source}.{dataset.name}.jsonl"
        rows = self._open(f"rows/{name}")
        hidden = bool(record.values.get("is_deleted"))
        if record.is_current and not hidden:
            rows.write("{" + line)
        if dataset.id in EVIDENCE or (dataset.kind is Kind.EVENT and not record.is_current):
            self._open(f"evidence/{name}").write(f'{{"is_current": {json_text(record.is_current)}, {line}')

    def observe_again(self, dataset: Dataset, first_on: dt.date, again_on: dt.date, file_name: str) -> None:
        """Repeats the rows of one snapshot drop, and its dirt, under another day."""
        name = f"rows/{dataset.source}.{dataset.name}.jsonl"
        self._open(name).flush()
        start = f'{{"received_on": "{first_on.isoformat()}"'.encode()
        end = (self.directory / name).stat().st_size
        with (self.directory / name).open("rb") as lines:
            while lines.tell() < end:
                line = lines.readline()
                if line.startswith(start):
                    again = {**json.loads(line), "received_on": again_on.isoformat(), "file_name": file_name}
                    self._open(name).write(json_text(again) + "\n")
        self._open("dirt.csv").flush()
        with (self.directory / "dirt.csv").open(encoding="utf-8", newline="") as dirt:
            for row in islice(csv.DictReader(dirt), self.counts["dirt.csv"]):
                if (row["source"], row["dataset"], row["received_on"]) == (
                    dataset.source,
                    dataset.name,
                    first_on.isoformat(),
                ):
                    self.table("dirt.csv", **{**row, "received_on": again_on.isoformat(), "file_name": file_name})

    def document(self, name: str, content: dict[str, Any]) -> None:
        (self.directory / name).write_text(json.dumps(content, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")

    def close(self) -> None:
        for text in self._texts.values():
            text.close()
        self._texts.clear()
