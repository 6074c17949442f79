"""Generated evidence for the scoring bench: about 33 ledger events per agency over three years, in the source tables."""

from __future__ import annotations

from pathlib import Path

import duckdb

from ingestion.warehouse_sources import create_empty_tables, source_schemas
from rulebook.folder import build_tables, read_folder
from rulebook.tables import BUILD_TABLES as RULEBOOK_TABLES

ROOT = Path(__file__).resolve().parents[2]
EVENTS_PER_AGENCY = 33
REGIME = "jiaozuo"

# h(i, salt): a number that looks random and is the same in every run
PROVENANCE = """
    '{h}' as file_hash, date '2027-12-31' as received_on, null as sheet, cast(i as integer) as row_number,
    cast(i as integer) as file_position, '{p}' || i as source_key, '{p}' || i as row_key, '{p}' || i as row_hash,
    '' as flags, 'bench' as file_name, 'BENCH' || lpad(cast(i % {agencies} as text), 13, '0') as agency_id
"""

CLAUSE = "list_value('1','2a','2b','3','4a','4b','5','6','7','8','9','10','11')[cast(1 + hash(i, 1) % 13 as integer)]"
OCCURRED = "date '2024-03-21' + cast((hash(i, 2) % 150) * 7 as integer)"
DETERMINED = OCCURRED + " + cast(hash(i, 3) % 60 as integer)"
PROJECT = "'P' || (hash(i, 4) % 3)"


def fill_sources(build_file: Path, events: int) -> None:
    """Writes the source tables of a build with `events` evidence rows (60 % findings, 20 % checks, 20 % merits)."""
    agencies = max(1, events // EVENTS_PER_AGENCY)
    schemas = source_schemas() | {("rulebook", name): schema for name, schema in RULEBOOK_TABLES.items()}
    with duckdb.connect(str(build_file)) as connection:
        create_empty_tables(connection, schemas)
        for name, table in build_tables(read_folder(ROOT / "dbt_project" / "seeds" / "rulebook"), REGIME).items():
            connection.register("_rows", table)
            connection.execute(f"insert into rulebook.{name} by name select * from _rows")
            connection.unregister("_rows")
        connection.execute("insert into lake.build_parameters values (date '2027-03-31', null, ?)", [REGIME])

        def insert(relation: str, prefix: str, columns: str, count: int) -> None:
            provenance = PROVENANCE.format(h="b" * 64, p=prefix, agencies=agencies)
            connection.execute(
                f"insert into {relation} by name select {provenance}, {columns} from range({count}) as t(i)"
            )

        insert(
            "credit_desk.findings",
            "RD",
            f"""'RD' || i as finding_id, {CLAUSE} as clause, 'supervision_check' as channel_code,
            {OCCURRED} as occurred_on, {PROJECT} as project_no, {DETERMINED} as determined_on,
            case when hash(i, 5) % 100 < 90 then 'effective' when hash(i, 5) % 100 < 94 then 'objection'
                when hash(i, 5) % 100 < 97 then 'not_effective' else 'revoked' end as status_code""",
            events * 6 // 10,
        )
        insert(
            "inspections.checks",
            "T",
            f"""'T' || i as task_id, '1' as task_line, 'double_random' as check_type, {CLAUSE} as clause,
            {OCCURRED} as checked_on, {OCCURRED} as occurred_on, {PROJECT} as project_no,
            {DETERMINED} as determined_on, 'problems_found' as result_code,
            case when hash(i, 5) % 100 < 90 then 'determined' else 'not_upheld' end as status_code""",
            events * 2 // 10,
        )
        insert(
            "credit_desk.merit_claims",
            "SX",
            f"""'SX' || i as claim_id, cast(1 + hash(i, 6) % 5 as text) as clause,
            list_value('national','provincial')[cast(1 + hash(i, 7) % 2 as integer)] as level_code, {OCCURRED} as occurred_on,
            {DETERMINED} as determined_on, 'approved' as status_code, 'merit' || i as document_no""",
            events * 2 // 10,
        )
        insert(
            "credit_desk.repairs",
            "XF",
            f"""'XF' || i as application_id, 'RD' || i as target_ids, {DETERMINED} + 20 as applied_on,
            {DETERMINED} + 30 as accepted_on, {DETERMINED} + 35 as replied_on, true as has_application_form,
            true as has_fulfilment_proof, true as has_other_evidence, 'approved' as review_code,
            'maker' as handled_by, 'checker' as reviewed_by""",
            events * 6 // 10 // 50,
        )
