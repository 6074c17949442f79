"""Agencies, their names and directory status, decisions, and the agency of a complaint, on hand-made rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from typing import Any

import pytest

from tests.warehouse.harness import Warehouse

Row = dict[str, Any]

ONE = "91410800MA0000001A"
TWO = "91410800MA0000002B"
NEVER_LISTED = "91410800MA0000003C"
DROPS = [date(2024, month, 10) for month in range(5, 11)]
AS_OF = date(2024, 12, 1)


def listed(received_on: date, agency_id: str = ONE, **cells: Any) -> Row:
    return {
        "received_on": received_on,
        "agency_id": agency_id,
        "agency_name": "焦作安泰消防技术有限公司",
        "service_type": "both",
        "registry_status": "normal",
        "listing_basis": "applied",
    } | cells


def decided(decided_on: date, object_type: str, object_id: str, code: str, **cells: Any) -> Row:
    return {
        "decision_id": f"D-{decided_on:%Y%m%d}",
        "received_on": decided_on,
        "object_type": object_type,
        "object_id": object_id,
        "decision_code": code,
        "decided_on": decided_on,
        "handled_by": "赵一",
        "reviewed_by": "钱二",
    } | cells


def loaded(source: str, dataset: str, days: Sequence[date]) -> list[Row]:
    counts = dict.fromkeys(("read_count", "accepted_count", "quarantined_count", "duplicate_count"), 0)
    return [
        {
            "source": source,
            "dataset": dataset,
            "received_on": day,
            "file_name": "file",
            "file_hash": "f" * 64,
            "status": "loaded",
        }
        | counts
        for day in days
    ]


def warehouse(rows: Mapping[str, Sequence[Row]], as_of_on: date = AS_OF) -> Warehouse:
    """A warehouse whose loads follow from the rows of its snapshots."""
    loads = [
        load
        for relation in rows
        for load in loaded(*relation.split("."), sorted({row["received_on"] for row in rows[relation]}))
    ]
    parameters = [{"as_of_on": as_of_on, "known_on": None, "regime_code": "jiaozuo"}]
    return Warehouse({"lake.build_parameters": parameters, "lake.loads": loads, **rows})


def status(rows: Mapping[str, Sequence[Row]], as_of_on: date = AS_OF, agency_id: str = ONE) -> tuple[Any, Any, Any]:
    found = (
        warehouse(rows, as_of_on)
        .run("int_directory_status")
        .query(
            "select directory_status, exited_on, reason from intermediate.int_directory_status where agency_id = ?",
            agency_id,
        )
    )
    assert len(found) == 1
    return tuple(found[0].values())  # type: ignore[return-value]  # three columns


class TestNames:
    def test_former_names_are_oldest_first_and_the_last_drop_names_the_agency(self) -> None:
        rows = {
            "registry.agencies": [
                listed(DROPS[0], agency_name="甲消防"),
                listed(DROPS[1], agency_name="乙消防"),
                listed(DROPS[2], agency_name="丙消防"),
            ]
        }
        found = warehouse(rows).run("int_agencies_current").query("from intermediate.int_agencies_current")
        assert [(row["agency_name"], row["former_names"]) for row in found] == [("丙消防", "甲消防、乙消防")]
        assert (found[0]["first_drop_on"], found[0]["last_drop_on"]) == (DROPS[0], DROPS[2])

    def test_the_region_of_registration_comes_from_the_code(self) -> None:
        rows = {"registry.agencies": [listed(DROPS[0]), listed(DROPS[0], agency_id="91110000MA0000003C")]}
        found = warehouse(rows).run("dim_agencies").query("from credit.dim_agencies order by agency_id desc")
        assert [(row["registered_region_code"], row["registered_region_name"]) for row in found] == [
            ("410800", "焦作市"),
            ("110000", None),
        ]

    def test_an_agency_that_takes_an_old_name_back_has_it_now(self) -> None:
        rows = {
            "registry.agencies": [
                listed(DROPS[0], agency_name="甲消防"),
                listed(DROPS[1], agency_name="乙消防"),
                listed(DROPS[2], agency_name="甲消防"),
            ]
        }
        found = warehouse(rows).run("int_agencies_current").query("from intermediate.int_agencies_current")
        assert [(row["agency_name"], row["former_names"]) for row in found] == [("甲消防", "乙消防")]

    def test_an_agency_known_only_from_evidence_is_an_agency(self) -> None:
        rows = {
            "inspections.penalties": [
                {
                    "received_on": DROPS[0],
                    "agency_id": NEVER_LISTED,
                    "agency_name": "外地消防",
                    "decision_no": "焦住建罚〔2024〕1号",
                    "status_code": "effective",
                }
            ]
        }
        found = warehouse(rows).run("int_agencies_current").query("from intermediate.int_agencies_current")
        assert [(row["agency_id"], row["agency_name"], row["first_drop_on"]) for row in found] == [
            (NEVER_LISTED, "外地消防", None)
        ]
        assert status(rows, agency_id=NEVER_LISTED) == ("unlisted", None, None)

    def test_what_the_press_calls_an_agency_names_it_but_matches_no_other_item(self) -> None:
        media = {
            "received_on": DROPS[0],
            "found_on": DROPS[0],
            "respondent_name": "外地",
            "result_code": "substantiated",
        }
        rows = {
            "complaints.media": [
                {**media, "clue_id": "M1", "agency_id": NEVER_LISTED},
                {**media, "clue_id": "M2", "agency_id": None},
            ]
        }
        built = warehouse(rows).run("int_complaints_matched", "int_agencies_current")
        named = built.query("select agency_id, agency_name from intermediate.int_agencies_current")
        assert named == [{"agency_id": NEVER_LISTED, "agency_name": "外地"}]
        matched = built.query("select complaint_id, agency_id from intermediate.int_complaints_matched order by 1")
        assert [row["agency_id"] for row in matched] == [NEVER_LISTED, None]

    def test_a_name_that_the_press_and_a_penalty_write_alike_is_one_and_known_from_the_penalty(self) -> None:
        who = {"agency_id": NEVER_LISTED}
        rows = {
            "complaints.media": [{**who, "received_on": DROPS[0], "clue_id": "M1", "respondent_name": "外地消防"}],
            "inspections.penalties": [
                {**who, "received_on": DROPS[1], "agency_name": "外地消防", "decision_no": "焦住建罚〔2024〕1号"}
            ],
        }
        (name,) = warehouse(rows).run("int_agency_names").query("from intermediate.int_agency_names")
        assert (name["name_basis"], name["first_seen_on"], name["is_current"]) == ("evidence", DROPS[1], True)


class TestDirectoryStatus:
    """credit.md 6.11, in its order."""

    @pytest.mark.parametrize(
        ("cells", "expected"),
        [
            ({"registry_status": "exited", "published_on": date(2024, 1, 1)}, ("exited", DROPS[0], "registry_exit")),
            ({"registry_status": "deregistered"}, ("exited", DROPS[0], "deregistered")),
            ({"registry_status": "suspended", "published_on": date(2024, 1, 1)}, ("suspended", None, None)),
            ({"published_on": AS_OF}, ("published", None, None)),
            ({"published_on": date(2024, 12, 2)}, ("submitted", None, None)),
            ({"listing_basis": "grandfathered_28"}, ("published", None, None)),
            ({"onsite_result": "passed", "listing_basis": "province_platform"}, ("onsite_passed", None, None)),
            ({"onsite_result": "failed"}, ("submitted", None, None)),
            ({"registry_status": None}, ("submitted", None, None)),
        ],
    )
    def test_6_11_the_first_that_holds(self, cells: Row, expected: tuple[Any, ...]) -> None:
        assert status({"registry.agencies": [listed(DROPS[0], **cells)]}) == expected

    def test_q8_an_exit_by_decision_holds_whatever_the_registry_shows(self) -> None:
        rows = {
            "registry.agencies": [listed(DROPS[0], registry_status="suspended")],
            "credit_desk.decisions": [decided(date(2024, 6, 1), "directory", ONE, "exit")],
        }
        assert status(rows) == ("exited", date(2024, 6, 1), "decision")

    def test_6_11_a_decision_holds_from_its_day(self) -> None:
        rows = {
            "registry.agencies": [listed(DROPS[0])],
            "credit_desk.decisions": [decided(date(2024, 6, 1), "directory", ONE, "exit")],
        }
        assert status(rows, as_of_on=date(2024, 5, 31))[0] == "submitted"
        assert status(rows, as_of_on=date(2024, 6, 1))[0] == "exited"

    def test_q8_a_readmission_ends_the_latch(self) -> None:
        rows = {
            "registry.agencies": [listed(DROPS[0], published_on=date(2024, 1, 1))],
            "credit_desk.decisions": [
                decided(date(2024, 6, 1), "directory", ONE, "exit"),
                decided(date(2024, 7, 1), "directory", ONE, "readmit"),
            ],
        }
        assert status(rows)[0] == "published"

    @pytest.mark.parametrize(
        ("states", "expected"),
        [
            (["exited", "exited"], ("submitted", None, None)),
            (["exited", "normal", "exited"], ("exited", DROPS[2], "registry_exit")),
            (["exited", "suspended", "exited", "exited"], ("exited", DROPS[2], "registry_exit")),
            (["exited", None, "exited"], ("submitted", None, None)),
            (["exited", "deregistered"], ("exited", DROPS[1], "deregistered")),
            (["exited", "normal"], ("submitted", None, None)),
        ],
    )
    def test_6_11_after_readmission_the_registry_s_exit_waits_for_another_state_in_between(
        self, states: list[str | None], expected: tuple[Any, ...]
    ) -> None:
        rows = {
            "registry.agencies": [
                listed(day, registry_status=state) for day, state in zip(DROPS, states, strict=False)
            ],
            "credit_desk.decisions": [decided(date(2024, 5, 20), "directory", ONE, "readmit")],
        }
        assert status(rows) == expected

    def test_6_11_a_state_seen_before_the_readmission_does_not_count(self) -> None:
        rows = {
            "registry.agencies": [
                listed(DROPS[0]),
                listed(DROPS[1], registry_status="exited"),
                listed(DROPS[2], registry_status="exited"),
            ],
            "credit_desk.decisions": [decided(date(2024, 6, 20), "directory", ONE, "readmit")],
        }
        assert status(rows)[0] == "submitted"

    def test_6_11_absence_is_never_an_exit(self) -> None:
        rows = {
            "registry.agencies": [
                listed(DROPS[0], published_on=date(2024, 1, 1)),
                listed(DROPS[0], agency_id=TWO),
                listed(DROPS[1], agency_id=TWO),
            ]
        }
        assert status(rows)[0] == "published"

    def test_6_11_a_drop_younger_than_the_day_asked_for_says_nothing_about_it(self) -> None:
        rows = {"registry.agencies": [listed(DROPS[0]), listed(DROPS[1], registry_status="exited")]}
        assert status(rows, as_of_on=date(2024, 6, 9))[0] == "submitted"
        assert status(rows, as_of_on=date(2024, 6, 10))[0] == "exited"

    def test_6_11_before_its_first_drop_an_agency_is_unlisted(self) -> None:
        rows = {"registry.agencies": [listed(DROPS[0], published_on=date(2024, 1, 1))]}
        before = DROPS[0] - timedelta(days=1)
        assert status(rows, as_of_on=before) == ("unlisted", None, None)
        assert status(rows, as_of_on=DROPS[0])[0] == "published"
        agencies = warehouse(rows, before).run("dim_agencies").query("from credit.dim_agencies")
        assert [(row["missing_items"], row["is_complete"]) for row in agencies] == [("submission", False)]


class TestDecisions:
    def applied(self, *decisions: Row) -> list[tuple[str, str]]:
        found = warehouse({"credit_desk.decisions": decisions}).run("int_decisions_applied")
        return [
            (row["object_id"], row["decision_code"])
            for row in found.query("from intermediate.int_decisions_applied order by object_id")
        ]

    def test_maker_and_checker_are_two_people(self) -> None:
        assert self.applied(decided(date(2024, 6, 1), "lead", "L1", "cleared", reviewed_by="赵一")) == []

    def test_the_latest_day_then_the_highest_number_wins(self) -> None:
        day = date(2024, 6, 1)
        later_received = date(2024, 8, 1)
        assert self.applied(
            decided(day, "lead", "L1", "cleared", decision_id="D-1", received_on=later_received),
            decided(date(2024, 6, 2), "lead", "L1", "confirmed", decision_id="D-0"),
            decided(day, "lead", "L2", "confirmed", decision_id="D-2"),
            decided(day, "lead", "L2", "cleared", decision_id="D-3"),
        ) == [("L1", "confirmed"), ("L2", "cleared")]

    def test_a_decision_holds_from_its_day(self) -> None:
        before, after = (AS_OF + timedelta(days=days) for days in (-1, 1))
        assert self.applied(
            decided(before, "identity", f"{ONE}={TWO}", "same_person"),
            decided(after, "identity", f"{ONE}={TWO}", "different_person", decision_id="D-2"),
            decided(after, "lead", "c0ff1c", "cleared", decision_id="D-3"),
        ) == [(f"{ONE}={TWO}", "same_person")]

    def test_identities_in_the_ledger_follow_the_latest_decision_whatever_the_evaluation_day(self) -> None:
        """marts.md: the ledger depends on known_on alone."""
        before, after = (AS_OF + timedelta(days=days) for days in (-1, 1))
        decisions = [
            decided(before, "identity", f"{ONE}={TWO}", "same_person"),
            decided(after, "identity", f"{ONE}={TWO}", "different_person", decision_id="D-2"),
            decided(after, "identity", f"hotline:T-1={ONE}", "same_person", decision_id="D-3"),
            decided(after, "identity", f"hotline:T-2={ONE}", "same_person", reviewed_by="赵一", decision_id="D-4"),
        ]
        found = warehouse({"credit_desk.decisions": decisions}).run("int_identities_judged")
        judged = found.query("select object_id, decision_code from intermediate.int_identities_judged order by 1")
        assert [tuple(row.values()) for row in judged] == [
            (f"{ONE}={TWO}", "different_person"),
            (f"hotline:T-1={ONE}", "same_person"),
        ]

    def test_a_decision_that_does_not_fit_its_object_supersedes_nothing(self) -> None:
        assert self.applied(
            decided(date(2024, 6, 1), "directory", ONE, "exit"),
            decided(date(2024, 6, 2), "directory", ONE, "cleared"),
        ) == [(ONE, "exit")]


class TestBranches:
    """credit.md Q28: a branch maps to its parent by data, an identity decision `<USCC>=<USCC>`."""

    def mapped(self, *decisions: Row, as_of_on: date = AS_OF) -> dict[str, str]:
        found = warehouse({"credit_desk.decisions": decisions}, as_of_on).run("int_branches_mapped")
        return {row["branch_id"]: row["agency_id"] for row in found.query("from intermediate.int_branches_mapped")}

    def same(self, object_id: str, code: str = "same_person", on: int = 1) -> Row:
        day = date(2024, 6, on)
        return decided(day, "identity", object_id, code, decision_id=f"D-{object_id}-{on}")

    def test_q28_the_left_one_is_the_branch(self) -> None:
        assert self.mapped(self.same(f"{TWO}={ONE}")) == {TWO: ONE}

    def test_q28_the_mapping_holds_on_days_before_the_decision_since_history_is_one(self) -> None:
        assert self.mapped(self.same(f"{TWO}={ONE}", on=2), as_of_on=date(2024, 6, 1)) == {TWO: ONE}

    def test_q28_a_branch_of_a_branch_is_the_agency_s_and_a_ring_is_nobody_s(self) -> None:
        three = NEVER_LISTED
        assert self.mapped(self.same(f"{TWO}={ONE}"), self.same(f"{three}={TWO}")) == {TWO: ONE, three: ONE}
        assert self.mapped(self.same(f"{TWO}={ONE}"), self.same(f"{ONE}={TWO}")) == {}
        assert self.mapped(self.same(f"{ONE}={ONE}")) == {}

    def test_q28_the_latest_decision_on_a_branch_applies(self) -> None:
        parents = (self.same(f"{TWO}={ONE}", on=2), self.same(f"{TWO}={NEVER_LISTED}", on=1))
        assert self.mapped(*parents) == {TWO: ONE}
        assert self.mapped(self.same(f"{TWO}={ONE}"), self.same(f"{TWO}={ONE}", "different_person", on=2)) == {}

    def test_q28_an_agency_of_the_directory_is_no_branch_though_another_bought_it(self) -> None:
        listed = {"received_on": DROPS[0], "agency_id": TWO, "agency_name": "乙消防"}
        bought = {"registry.agencies": [listed], "credit_desk.decisions": [self.same(f"{TWO}={ONE}")]}
        assert warehouse(bought).run("int_branches_mapped").query("from intermediate.int_branches_mapped") == []

    @pytest.mark.parametrize("ticket", ["hotline:T-1", "hotline:2024000001"])
    def test_q28_whom_a_complaint_is_about_makes_no_branch(self, ticket: str) -> None:
        assert self.mapped(self.same(f"{ticket}={ONE}")) == {}

    def test_q28_evidence_of_a_branch_makes_its_parent_an_agency(self) -> None:
        rows: dict[str, Sequence[Row]] = {
            "inspections.checks": [
                {
                    "received_on": DROPS[0],
                    "agency_id": TWO,
                    "agency_name": "甲消防武陟分公司",
                    "task_id": "T",
                    "task_line": "1",
                    "check_type": "double_random",
                    "checked_on": DROPS[0],
                }
            ],
            "credit_desk.decisions": [self.same(f"{TWO}={ONE}")],
        }
        made = warehouse(rows).run("int_agencies_current", "int_checks_dated")
        for model in ("int_agencies_current", "int_checks_dated"):
            assert made.query(f"select agency_id from intermediate.{model}") == [{"agency_id": ONE}]


class TestComplaints:
    """sources.md, "Whom a complaint is about"."""

    AGENCIES = (
        listed(DROPS[0], agency_name="甲消防"),
        listed(DROPS[1], agency_name="甲新消防"),
        listed(DROPS[0], agency_id=TWO, agency_name="乙消防"),
        listed(DROPS[1], agency_id=TWO, agency_name="乙消防"),
    )

    def matched(self, respondent: str | None, *decisions: Row, agencies: Sequence[Row] = AGENCIES) -> tuple[Any, Any]:
        rows = {
            "registry.agencies": agencies,
            "complaints.hotline": [
                {"received_on": DROPS[2], "ticket_id": "T-1", "respondent_name": respondent, "result_code": "pending"}
            ],
            "credit_desk.decisions": decisions,
        }
        found = warehouse(rows).run("int_complaints_matched").query("from intermediate.int_complaints_matched")
        assert len(found) == 1
        return found[0]["agency_id"], found[0]["match_basis"]

    def test_a_current_name(self) -> None:
        assert self.matched("甲新消防") == (ONE, "name")

    def test_a_former_name(self) -> None:
        assert self.matched("甲消防") == (ONE, "name")

    def test_a_middle_dot_in_either_name_is_ignored(self) -> None:
        assert self.matched("甲·消防") == (ONE, "name")
        assert self.matched("丁消防", agencies=[listed(DROPS[0], agency_name="丁·消防")]) == (ONE, "name")

    @pytest.mark.parametrize("respondent", ["甲", "甲新消防公司", None, "丙消防"])
    def test_a_short_or_longer_or_unknown_name_is_unresolved(self, respondent: str | None) -> None:
        assert self.matched(respondent) == (None, None)

    def test_a_name_of_two_agencies_is_unresolved(self) -> None:
        both = [*self.AGENCIES, listed(DROPS[2], agency_id=TWO, agency_name="甲消防")]
        assert self.matched("甲消防", agencies=both) == (None, None)

    def test_a_decision_resolves_it(self) -> None:
        decision = decided(date(2024, 8, 1), "identity", f"hotline:T-1={TWO}", "same_person")
        assert self.matched("甲", decision) == (TWO, "decision")
        assert self.matched("甲消防", decision) == (TWO, "decision")

    def test_a_decision_by_one_person_does_not(self) -> None:
        decision = decided(date(2024, 8, 1), "identity", f"hotline:T-1={TWO}", "same_person", reviewed_by="赵一")
        assert self.matched("甲", decision) == (None, None)

    def test_a_decision_can_say_that_a_name_means_somebody_else(self) -> None:
        decision = decided(date(2024, 8, 1), "identity", f"hotline:T-1={ONE}", "different_person")
        assert self.matched("甲消防", decision) == (None, None)

    def test_of_two_decisions_the_later_applies(self) -> None:
        decisions = (
            decided(date(2024, 8, 1), "identity", f"hotline:T-1={TWO}", "same_person"),
            decided(date(2024, 8, 2), "identity", f"hotline:T-1={ONE}", "same_person"),
        )
        assert self.matched("甲", *decisions) == (ONE, "decision")

    def test_a_media_item_with_a_uscc_needs_no_name(self) -> None:
        rows = {
            "registry.agencies": self.AGENCIES,
            "complaints.media": [
                {
                    "received_on": DROPS[2],
                    "clue_id": "M-1",
                    "respondent_name": "甲消防",
                    "agency_id": TWO,
                    "found_on": DROPS[1],
                },
                {"received_on": DROPS[2], "clue_id": "M-2", "respondent_name": "甲消防", "found_on": DROPS[1]},
            ],
        }
        found = warehouse(rows).run("int_complaints_matched").query("from intermediate.int_complaints_matched")
        assert {row["complaint_id"]: (row["agency_id"], row["match_basis"]) for row in found} == {
            "M-1": (TWO, "uscc"),
            "M-2": (ONE, "name"),
        }


class TestSuggestions:
    def suggested(self, respondent: str, *names: str) -> list[str]:
        rows = {
            "registry.agencies": [
                listed(DROPS[0], agency_id=f"91410800MA000000{number:02}", agency_name=name)
                for number, name in enumerate(names, start=1)
            ],
            "complaints.hotline": [
                {"received_on": DROPS[2], "ticket_id": "T-1", "respondent_name": respondent, "result_code": "pending"}
            ],
        }
        found = warehouse(rows).run("fct_unmatched_complaints").query("from quality.fct_unmatched_complaints")
        assert len(found) == 1
        ratios = [ratio for rank in (1, 2, 3) if (ratio := found[0][f"suggestion_{rank}_ratio"]) is not None]
        assert all(0 <= ratio <= 1 for ratio in ratios)
        return [name for rank in (1, 2, 3) if (name := found[0][f"suggestion_{rank}_name"])]

    def test_a_name_that_holds_the_text_comes_first_then_the_nearest(self) -> None:
        names = ("焦作信旻消防科技有限公司", "焦作信昊消防科技有限公司", "河南大地物业")
        assert self.suggested("信旻消防", *names) == list(names[:2])

    def test_a_text_that_shares_nothing_gets_no_suggestion(self) -> None:
        assert self.suggested("某物业", "焦作信旻消防科技有限公司") == []

    def test_at_most_three(self) -> None:
        assert len(self.suggested("焦作消防", *(f"焦作{name}消防" for name in "甲乙丙丁"))) == 3
