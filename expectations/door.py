"""One suite per dataset, made from its contract: does the whole batch of accepted rows match it?

Ingestion checks rows one by one; these suites check a batch. Does not belong here: what a cell may be (`ingestion`),
whether our own logic holds (dbt tests).
"""

from __future__ import annotations

from expectations.suites import Check, Suite, columns_are, is_present, no_result, no_row
from ingestion.contract import Dataset, Parse
from ingestion.sources import DATASETS
from ingestion.warehouse_sources import dataset_schema

# More than half of a file is quarantined: the export changed, or is of something else. A warning; the build goes on.
_MOSTLY, _ENOUGH_ROWS = 0.5, 20


def _door(dataset: Dataset) -> Suite:
    source, name = dataset.source, dataset.name
    agency_columns = [column.name for column in dataset.columns if column.parse is Parse.USCC]
    people = [column.name for column in dataset.columns if column.parse is Parse.PERSON_ID]
    checks: list[Check] = [
        columns_are(dataset_schema(source, name).names),
        is_present("row_key"),
        no_result(
            "a_row_comes_in_once",
            "select file_hash from {batch} "
            "group by file_hash, received_on, coalesce(sheet, ''), row_number having count(*) > 1",
        ),
        no_row(
            "provenance_leads_to_a_row", "length(file_hash) <> 64 or row_number < 1 or coalesce(file_name, '') = ''"
        ),
        no_result(
            "files_are_mostly_readable",
            "select file_name from lake.loads where status = 'loaded' and (select count(*) from {batch}) >= 0 "
            f"and source = '{source}' and dataset = '{name}' "
            f"and read_count >= {_ENOUGH_ROWS} and quarantined_count > {_MOSTLY} * read_count",
            severity="warn",
        ),
    ]
    if agency_columns:
        broken = " or ".join(f"length({column}) <> 18 or {column} <> upper({column})" for column in agency_columns)
        checks.append(no_row("agencies_are_18_characters", broken))
    if people:
        # A key is an HMAC in hex, and a mask has asterisks: a plain identity number is neither.
        broken = " or ".join(
            f"length({person}_key) <> 64 or (length({person}_mask) >= 15 and instr({person}_mask, '****') = 0)"
            for person in people
        )
        checks.append(no_row("identity_numbers_are_keyed_and_masked", broken))
    return Suite(f"{source}.{name}", "door", tuple(checks))


# `<source>/<dataset>` -> its suite
DOOR_SUITES: dict[str, Suite] = {dataset.id: _door(dataset) for dataset in DATASETS.values()}
