"""Which received rows are current: supersession, deletion, drops; and rules for every mart."""

from __future__ import annotations

import hashlib
import re
from datetime import date
from typing import Any

import pytest

from ingestion.contract import Kind
from ingestion.sources import DATASETS
from tests.warehouse.harness import Warehouse, compiled_nodes

Row = dict[str, Any]

MAY, JUNE, JULY = date(2024, 5, 10), date(2024, 6, 10), date(2024, 7, 10)

REPORT = {"report_no": "R-1", "agency_id": "1", "reported_on": MAY, "project_no": "P-1", "contract_no": "C-1"}
CONTRACT = {"contract_no": "C-1", "agency_id": "1", "signed_on": MAY, "project_no": "P-1"}
CHECKIN = {"checkin_id": "Q-1", "report_no": "R-1", "person_key": "k", "position_code": "operator"}


def staged(source: str, dataset: str, rows: list[Row]) -> list[Row]:
    model = f"stg_{source}__{dataset}"
    return Warehouse({f"{source}.{dataset}": rows}).run(model).query(f"from staging.{model} order by all")


def finding(received_on: date, **cells: Any) -> Row:
    return {"received_on": received_on, "finding_id": "F-1", "status_code": "effective"} | cells


class TestEvents:
    def test_a_row_received_later_supersedes_whatever_its_files_name(self) -> None:
        rows = [
            finding(JUNE, status_code="revoked", file_name="a"),
            finding(MAY, status_code="effective", file_name="z"),
        ]
        for order in (rows, rows[::-1]):
            assert [row["status_code"] for row in staged("credit_desk", "findings", order)] == ["revoked"]

    def test_of_one_day_the_last_file_then_the_last_row_wins(self) -> None:
        rows = [
            finding(MAY, status_code="effective", file_name="b", file_position=1),
            finding(MAY, status_code="revoked", file_name="b", file_position=2),
            finding(MAY, status_code="objection", file_name="a", file_position=3),
        ]
        assert [row["status_code"] for row in staged("credit_desk", "findings", rows)] == ["revoked"]

    def test_names_of_files_are_compared_by_code_points(self) -> None:
        rows = [
            finding(MAY, status_code="effective", file_name="a"),
            finding(MAY, status_code="revoked", file_name="B"),
        ]
        assert [row["status_code"] for row in staged("credit_desk", "findings", rows)] == ["effective"]

    def test_of_two_files_with_one_name_the_same_one_wins_in_any_order(self) -> None:
        rows = [
            finding(MAY, status_code="effective", file_name="a", file_hash="f" * 64, file_position=1),
            finding(MAY, status_code="revoked", file_name="a", file_hash="0" * 64, file_position=2),
        ]
        for order in (rows, rows[::-1]):
            assert [row["status_code"] for row in staged("credit_desk", "findings", order)] == ["effective"]

    def test_on_the_platform_the_update_decides_before_the_file_s_name(self) -> None:
        rows = [
            {"received_on": MAY, "report_no": "R-1", "updated_ms": 2, "is_deleted": False, "file_name": "p1"},
            {"received_on": MAY, "report_no": "R-1", "updated_ms": 1, "is_deleted": False, "file_name": "p2"},
        ]
        assert [row["updated_ms"] for row in staged("platform", "reports", rows)] == [2]

    def test_a_deletion_hides_what_it_supersedes_until_the_record_returns(self) -> None:
        live = {"received_on": MAY, "contract_no": "C-1", "updated_ms": 1, "is_deleted": False}
        deleted = {"received_on": JUNE, "contract_no": "C-1", "updated_ms": 2, "is_deleted": True}
        again = {"received_on": JULY, "contract_no": "C-1", "updated_ms": 3, "is_deleted": False}
        assert staged("platform", "contracts", [live, deleted]) == []
        assert len(staged("platform", "contracts", [live, deleted, again])) == 1

    def test_a_month_of_insurance_is_superseded_by_a_later_report_of_it(self) -> None:
        month = {"person_key": "k", "period_month_on": MAY.replace(day=1), "insurance_code": "medical", "payer_id": "p"}
        rows = [
            month | {"received_on": JUNE, "payment_status": "interrupted"},
            month | {"received_on": JULY, "payment_status": "back_paid"},
        ]
        assert [row["payment_status"] for row in staged("registry", "social_insurance", rows)] == ["back_paid"]

    @pytest.mark.parametrize(
        ("source", "dataset", "first", "same", "other"),
        [
            (
                "platform",
                "reports",
                {"report_no": "R-1", "updated_ms": 1, "is_deleted": False, "reported_on": MAY},
                {"seal_status": "both_missing"},
                {"project_lead_key": "k"},
            ),
            (
                "platform",
                "checkins",
                {"checkin_id": "Q-1", "updated_ms": 1, "is_deleted": False, "cell_x": 1},
                {"updated_ms": 2},
                {"cell_x": 2},
            ),
            (
                "platform",
                "contracts",
                {"contract_no": "C-1", "updated_ms": 1, "is_deleted": False, "signed_on": MAY},
                {"project_name": "甲"},
                {"signed_on": JUNE},
            ),
            (
                "registry",
                "social_insurance",
                {"payer_id": "p", "payment_status": "normal"},
                {"payer_name": "甲", "payment_status": "back_paid"},
                {"payment_status": "interrupted"},
            ),
            (
                "credit_desk",
                "merit_claims",
                {"claim_id": "M-1", "status_code": "pending"},
                {"status_code": "approved", "level_code": "city"},
                {"document_no": "1"},
            ),
        ],
    )
    def test_first_received_on_is_the_first_drop_with_the_cells_that_are_evidence(
        self, source: str, dataset: str, first: Row, same: Row, other: Row
    ) -> None:
        rows = [first | {"received_on": MAY}, first | same | {"received_on": JUNE}]
        assert [row["first_received_on"] for row in staged(source, dataset, rows)] == [MAY]
        rows.append(first | other | {"received_on": JULY})
        assert [row["first_received_on"] for row in staged(source, dataset, rows)] == [JULY]

    @pytest.mark.parametrize(
        ("dataset", "first", "change", "younger"),
        [
            ("reports", REPORT, {"agency_name": "甲"}, set()),
            ("reports", REPORT, {"technical_lead_key": "k"}, {""}),
            ("reports", REPORT, {"project_lead_key": "k"}, {"", "job_"}),
            ("reports", REPORT, {"service_type": "both"}, {"job_"}),
            ("reports", REPORT, {"contract_no": None}, {"contract_", "seal_agency_"}),
            ("reports", REPORT, {"project_no": "P-2"}, set()),  # the contract is named
            ("reports", REPORT | {"contract_no": None}, {"project_no": "P-2"}, {"contract_"}),
            ("reports", REPORT, {"seal_status": "both_missing"}, {"seal_"}),
            ("reports", REPORT, {"seal_agency_id": "2"}, {"seal_agency_"}),
            ("reports", REPORT, {"reported_on": JUNE}, {"", "dated_", "contract_", "job_"}),
            (
                "reports",
                REPORT,
                {"agency_id": "2"},
                {"", "agency_", "dated_", "contract_", "job_", "seal_", "seal_agency_"},
            ),
            ("contracts", CONTRACT, {"project_no": "P-2"}, {"project_"}),
            ("contracts", CONTRACT, {"performed_by_id": "2"}, {""}),
            ("contracts", CONTRACT, {"signed_on": JUNE}, {"", "project_"}),
            ("checkins", CHECKIN, {"position_code": "project_lead"}, {"role_"}),
            ("checkins", CHECKIN, {"cell_x": 2}, {""}),
            ("checkins", CHECKIN, {"report_no": "R-2"}, {"", "role_"}),
        ],
    )
    def test_each_kind_of_evidence_dates_from_the_cells_that_show_it(
        self, dataset: str, first: Row, change: Row, younger: set[str]
    ) -> None:
        rows = [
            first | {"received_on": MAY, "updated_ms": 1, "is_deleted": False},
            first | change | {"received_on": JULY, "updated_ms": 2, "is_deleted": False},
        ]
        (row,) = staged("platform", dataset, rows)
        dates = {name.removesuffix("first_received_on"): day for name, day in row.items() if "first_received" in name}
        assert {kind for kind, day in dates.items() if day == JULY} == younger
        assert set(dates.values()) <= {MAY, JULY}


class TestSnapshots:
    def test_every_drop_is_kept_and_within_one_the_last_row_of_a_key_wins(self) -> None:
        rows = [
            {"received_on": MAY, "agency_id": "1", "agency_name": "甲", "file_name": "a"},
            {"received_on": MAY, "agency_id": "1", "agency_name": "乙", "file_name": "b"},
            {"received_on": JUNE, "agency_id": "1", "agency_name": "甲", "file_name": "a"},
        ]
        found = {row["received_on"]: row["agency_name"] for row in staged("registry", "agencies", rows)}
        assert found == {MAY: "乙", JUNE: "甲"}

    @pytest.mark.parametrize(
        ("dataset", "row", "changes"),
        [
            (
                "personnel",
                {"person_name": "王强", "person_key": "k"},
                {"qualification_no": "Q2", "level_code": "level_1"},
            ),
            ("personnel", {"person_name": "王强", "person_id_status": "empty"}, {"registration_no": "R2"}),
            ("equipment", {"equipment_name": "秒表"}, {"model": "B"}),
        ],
    )
    def test_another_certificate_or_model_is_another_row(self, dataset: str, row: Row, changes: Row) -> None:
        first = row | {"received_on": MAY, "agency_id": "1", "certificate_kind": "engineer"}
        if dataset == "equipment":
            del first["certificate_kind"]
        assert len(staged("registry", dataset, [first, first | changes])) == 2
        assert len(staged("registry", dataset, [first, dict(first)])) == 1

    def test_a_day_with_a_loaded_file_is_a_drop_and_knows_its_neighbours(self) -> None:
        counts = dict.fromkeys(("read_count", "accepted_count", "quarantined_count", "duplicate_count"), 0)
        loads = [
            {
                "source": "registry",
                "dataset": "agencies",
                "received_on": day,
                "file_name": name,
                "file_hash": name,
                "status": status,
            }
            | counts
            for day, name, status in [
                (MAY, "a", "loaded"),
                (MAY, "b", "loaded"),
                (JUNE, "c", "held"),
                (JULY, "d", "loaded"),
            ]
        ]
        drops = Warehouse({"lake.loads": loads}).run("stg_lake__drops").query("from staging.stg_lake__drops order by 3")
        assert [
            (row["received_on"], row["previous_received_on"], row["next_received_on"], row["is_first"], row["is_last"])
            for row in drops
        ] == [(MAY, None, JULY, True, False), (JULY, MAY, None, False, True)]


class TestKeys:
    @staticmethod
    def quarantined(dataset: str, key: str) -> Row:
        return {
            "source": "registry" if dataset == "equipment" else "inspections",
            "dataset": dataset,
            "received_on": MAY,
            "file_name": "file",
            "file_hash": "f" * 64,
            "row_number": 1,
            "reason_code": "unknown_value",
            "file_position": 1,
            "row_key_hash": hashlib.md5(key.encode()).hexdigest(),
        }

    def test_a_key_is_read_in_each_list_that_shows_it_and_of_an_event_the_last_time(self) -> None:
        penalty = {"agency_id": "1", "row_key": "P"}
        device = {"agency_id": "1", "row_key": "D"}
        built = Warehouse(
            {
                "lake.quarantined_rows": [
                    self.quarantined("penalties", "P"),
                    self.quarantined("penalties", "X"),
                    self.quarantined("equipment", "D"),
                ],
                "inspections.penalties": [penalty | {"received_on": day} for day in (MAY, JULY, JUNE)],
                "inspections.checks": [penalty | {"received_on": JULY}],
                "registry.equipment": [
                    *(device | {"received_on": day, "file_name": name} for day, name in [(MAY, "a"), (MAY, "b")]),
                    device | {"received_on": JUNE},
                    device | {"received_on": JUNE, "row_key": "X"},
                ],
            }
        ).run("stg_lake__keys_read")
        read = built.query("from staging.stg_lake__keys_read order by dataset, read_on")
        assert [(row["dataset"], row["is_list"], row["read_on"]) for row in read] == [
            ("equipment", True, MAY),
            ("equipment", True, JUNE),
            ("penalties", False, JULY),
        ]

    def test_of_a_key_of_several_agencies_each_has_its_last_row_and_the_last_of_all_counts(self) -> None:
        check = {"row_key": "T|1"}
        report = {"row_key": "R", "received_on": MAY}
        built = Warehouse(
            {
                "inspections.checks": [
                    check | {"received_on": MAY, "agency_id": "1"},
                    check | {"received_on": JUNE, "agency_id": "1"},
                    check | {"received_on": JULY, "agency_id": "2"},
                    {"row_key": "T|2", "received_on": MAY, "agency_id": "1"},
                    {"row_key": "T|2", "received_on": JULY, "agency_id": "1"},
                ],
                "inspections.penalties": [check | {"received_on": MAY, "agency_id": "3"}],
                "complaints.media": [
                    {"row_key": "M", "received_on": MAY, "agency_id": None},
                    {"row_key": "M", "received_on": JUNE, "agency_id": "1"},
                ],
                "platform.reports": [
                    report | {"agency_id": "1", "updated_ms": 2, "file_name": "a"},
                    report | {"agency_id": "2", "updated_ms": 1, "file_name": "b"},
                ],
            }
        ).run("stg_lake__keys_of_several_agencies")
        found = built.query("from staging.stg_lake__keys_of_several_agencies order by dataset, recency")
        assert [(row["dataset"], row["agency_id"], row["received_on"], row["recency"]) for row in found] == [
            ("checks", "2", JULY, 1),
            ("checks", "1", JUNE, 2),
            ("reports", "1", MAY, 1),
            ("reports", "2", MAY, 2),
        ]


@pytest.mark.parametrize("key", sorted(DATASETS), ids="/".join)
def test_staging_shows_every_column_of_the_contract(key: tuple[str, str]) -> None:
    model = f"stg_{key[0]}__{key[1]}"
    built = Warehouse().run(model)
    columns = [row["column_name"] for row in built.query(f"describe staging.{model}")]
    assert columns[:2] == ["source", "dataset"]
    assert {*DATASETS[key].lake_schema().names, "file_name"} <= set(columns)
    keeps_drops = "partition by received_on, row_key" in compiled_nodes()[model].sql
    assert keeps_drops == (DATASETS[key].kind is Kind.SNAPSHOT)


def test_every_model_of_issues_is_shown() -> None:
    nodes = compiled_nodes()
    shown = nodes["fct_data_issues"].depends_on
    assert {node.unique_id for name, node in nodes.items() if name.startswith("int_issues__")} <= set(shown)


# What only the lake, `conflicts` and `restricted/` may hold (sources.md, Personal information); names come masked.
PERSONAL = re.compile(
    r"(person|engineer|operator|lead|holder|respondent)_name$|_mask$|(registration|qualification|certificate)_no$"
    r"|inspectors|handled_by|reviewed_by|respondent|phone|problem|violation_facts|summary|^note$|remarks|nonconformities"
)


@pytest.mark.parametrize("schema", ["credit", "supervision", "publication", "quality"])
def test_no_bi_mart_has_a_column_for_personal_data(schema: str) -> None:
    built = Warehouse().run()
    columns = built.query(
        "select table_name, column_name from information_schema.columns where table_schema = ? order by 1, 2", schema
    )
    assert columns
    assert not [row for row in columns if PERSONAL.search(row["column_name"])]
