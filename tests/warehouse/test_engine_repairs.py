"""Repairs as they change the score: credit.md Q5, Q7 and 6.6, in the order in which they are decided."""

from __future__ import annotations

import pytest

from tests.warehouse.engine_city import Engine, listed, scored, scored_with
from tests.warehouse.evidence import A, B, changed, finding, merit, repair, rulebook

MISREPORT = finding("K", clause="2b")


def approved(application_id: str, target_ids: str, accepted_on: str, replied_on: str, **cells: object) -> dict:
    """An application that was accepted and approved on these days."""
    return repair(application_id, target_ids, accepted_on=accepted_on, replied_on=replied_on, **cells)


def listed_issues(made: Engine) -> set[tuple[str, str]]:
    made.built.run("int_issues__repairs")
    return {
        (row["source_key"], row["issue_code"])
        for row in made.built.query("select source_key, issue_code from intermediate.int_issues__repairs")
    }


def test_q5_a_repair_truncates_and_never_lifts_above_what_was() -> None:
    made = scored_with([listed("2024-06-01")], findings=[MISREPORT], repairs=[repair("R", "K")])
    assert made.grade("2025-06-11") == (80, "C")
    assert made.grade("2025-06-12") == (100, "B")
    assert made.grade("2026-03-02") == (100, "B")
    assert made.spans("misconduct") == [("F02B", -20, "2025-03-01", "2026-03-02")]
    assert made.spans("repair") == [("F02B", 20, "2025-06-12", "2026-03-02")]
    assert made.causes() == [
        ("2024-06-01", 100, "start"),
        ("2025-03-01", 80, "determination"),
        ("2025-06-12", 100, "repair"),
    ]


def test_q5_a_repair_line_carries_the_application_and_points_to_its_line() -> None:
    made = scored(findings=[MISREPORT], repairs=[repair("R", "K")])
    (line,) = made.ledger("misconduct")
    (added,) = made.ledger("repair")
    assert (added["dataset"], added["source_key"], added["document_no"]) == ("repairs", "R", "R")
    assert added["repairs_line_id"] == line["line_id"]
    assert (str(line["repaired_on"]), str(line["valid_until_on"])) == ("2025-06-12", "2026-03-02")


def test_6_9_a_repaired_line_is_no_active_misconduct() -> None:
    made = scored(findings=[MISREPORT], repairs=[repair("R", "K")])
    assert made.span("2025-06-11")["has_active_misconduct"]
    row = made.span("2025-06-12")
    assert (row["has_active_misconduct"], row["active_line_count"]) == (False, 0)


def test_6_6_the_lower_item_counts_again_when_the_higher_is_repaired() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[finding("K7", clause="7", **acts), finding("K11", clause="11", **acts)],
        repairs=[repair("R", "K7")],
    )
    assert made.grade("2025-06-11") == (80, "C")
    assert made.grade("2025-06-12") == (90, "B")
    assert made.spans("repair") == [("F07", 20, "2025-06-12", "2026-03-02")]
    assert made.spans("superseded") == [("F11", 0, "2025-03-01", "2025-06-12")]
    assert ("F11", -10, "2025-06-12", "2026-03-02") in made.spans("misconduct")


def test_6_6_a_repair_line_covers_only_days_on_which_its_line_would_have_counted() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[
            finding("K7", clause="7", determined_on="2025-03-01", **acts),
            finding("K11", clause="11", determined_on="2025-05-01", **acts),
        ],
        repairs=[repair("R", "K11")],
    )
    # superseded until item 7 expires on 2026-03-02: only then would it have cost 10
    assert made.spans("repair") == [("F11", 10, "2026-03-02", "2026-05-02")]
    assert [made.score(on) for on in ("2025-06-12", "2026-03-01", "2026-03-02")] == [80, 80, 100]


def test_6_6_both_items_of_a_case_repaired_one_after_the_other() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[finding("K7", clause="7", **acts), finding("K11", clause="11", **acts)],
        repairs=[
            approved("R1", "K7", "2025-06-09", "2025-06-12"),
            approved("R2", "K11", "2025-07-01", "2025-07-03"),
        ],
    )
    assert [made.score(on) for on in ("2025-06-11", "2025-06-12", "2025-07-02", "2025-07-03")] == [80, 90, 90, 100]


def test_6_6_a_higher_item_repaired_on_the_day_of_its_determination_parts_no_line() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[
            finding("K11", clause="11", determined_on="2025-03-01", **acts),
            finding("K7", clause="7", determined_on="2025-06-09", **acts),
        ],
        repairs=[approved("R", "K7", "2025-06-09", "2025-06-09")],
    )
    assert made.spans("superseded") == []
    (lower,) = [line for line in made.ledger("misconduct") if line["item_code"] == "F11"]
    assert (str(lower["valid_from_on"]), str(lower["valid_until_on"])) == ("2025-03-01", "2026-03-02")
    undisturbed = scored(findings=[finding("K11", clause="11", determined_on="2025-03-01", **acts)])
    assert lower["line_id"] == undisturbed.ledger("misconduct")[0]["line_id"]
    assert [made.score(on) for on in ("2025-06-08", "2025-06-09", "2026-03-01", "2026-03-02")] == [90, 90, 90, 100]


def test_6_6_a_repaired_line_frees_its_cap_for_the_others() -> None:
    made = scored(
        findings=[finding(f"K{n}", clause="11") for n in range(4)],
        repairs=[repair("R", "K0")],
    )
    assert made.score("2025-03-01") == 70
    assert made.score("2025-06-12") == 70  # three are left, at the cap
    assert made.spans("cap_adjustment") == [("F11", 10, "2025-03-01", "2025-06-12")]


def test_6_6_several_numbers_of_one_application() -> None:
    made = scored(
        findings=[finding("K1", clause="11"), finding("K2", clause="10"), finding("K3", clause="9")],
        repairs=[repair("R", "K1、K2、NOBODY")],
    )
    assert (made.score("2025-06-11"), made.score("2025-06-12")) == (70, 90)
    assert made.repair("R")["is_applied"]


def test_6_6_a_late_reply_still_applies() -> None:
    made = scored(findings=[MISREPORT], repairs=[repair("R", "K", replied_on="2025-08-01")])
    assert (made.repair("R")["is_overdue"], made.repair("R")["is_applied"]) == (True, True)
    assert (made.score("2025-07-31"), made.score("2025-08-01")) == (80, 100)


@pytest.mark.parametrize(
    ("cells", "reason"),
    [
        ({"review_code": "refused"}, "not_approved"),
        ({"review_code": None}, "not_approved"),
        ({"has_other_evidence": False}, "documents"),
        ({"reviewed_by": "张三"}, "maker_is_checker"),
        ({"replied_on": None}, "dates"),
        ({"replied_on": "2025-06-08"}, "dates"),
        ({"accepted_on": None}, "dates"),
        ({"target_ids": "NOBODY"}, "nothing_in_force"),
        ({"agency_id": B}, "nothing_in_force"),
        ({"accepted_on": "2026-03-02", "replied_on": "2026-03-03"}, "nothing_in_force"),
        ({"accepted_on": "2025-02-28"}, "nothing_in_force"),
    ],
)
def test_6_6_the_first_reason_that_fails_is_listed(cells: dict, reason: str) -> None:
    made = scored_with(
        [listed("2024-06-01", [A, B])], findings=[MISREPORT], repairs=[repair("R", **({"target_ids": "K"} | cells))]
    )
    row = made.repair("R")
    assert (row["is_applied"], row["refusal_reason"]) == (False, reason)
    assert made.ledger("repair") == []
    # people approved it, or did not: only then is there something to look at
    is_told = ("R", "repair_approved_not_applied") in listed_issues(made)
    assert is_told == (row["decision"] == "approved")


@pytest.mark.parametrize("accepted_on", ["2025-03-01", "2026-03-01"])
def test_6_6_a_line_is_in_force_on_its_first_and_last_day(accepted_on: str) -> None:
    made = scored(findings=[MISREPORT], repairs=[approved("R", "K", accepted_on, accepted_on)])
    assert made.repair("R")["is_applied"]
    assert made.score(accepted_on) == 100


def test_6_6_a_repair_approved_after_the_line_ended_is_applied_and_ends_nothing() -> None:
    made = scored(findings=[MISREPORT], repairs=[approved("R", "K", "2026-02-27", "2026-03-10")])
    assert made.repair("R")["is_applied"]
    assert made.ledger("repair") == []
    assert (made.score("2026-03-01"), made.score("2026-03-02")) == (80, 100)


def test_6_10_a_repair_approved_on_the_day_after_the_last_is_an_expiry() -> None:
    made = scored(findings=[MISREPORT], repairs=[approved("R", "K", "2026-02-27", "2026-03-02")])
    assert made.causes()[-1] == ("2026-03-02", 100, "expiry")
    assert made.ledger("misconduct")[0]["repaired_on"] is None
    on_the_last = scored(findings=[MISREPORT], repairs=[approved("R", "K", "2026-02-27", "2026-03-01")])
    assert on_the_last.causes()[-1] == ("2026-03-01", 100, "repair")
    assert on_the_last.spans("repair") == [("F02B", 20, "2026-03-01", "2026-03-02")]


def test_6_6_a_superseded_line_is_in_force_and_can_be_repaired() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[finding("K7", clause="7", **acts), finding("K11", clause="11", **acts)], repairs=[repair("R", "K11")]
    )
    assert made.repair("R")["is_applied"]


def test_r27_a_regime_without_repair_on_application_offers_none() -> None:
    rules = changed(rulebook(), "repair_policy", {}, is_on_application=False)
    made = scored(findings=[MISREPORT], repairs=[repair("R", "K")], rules=rules)
    assert made.repair("R")["refusal_reason"] == "not_offered"
    assert made.repair("R")["gate_grade"] == "C"


# --- the gate -----------------------------------------------------------------------------------------------------


def test_q7_a_repair_is_refused_for_grade_d() -> None:
    made = scored(findings=[finding("K", clause="2a")], repairs=[repair("R", "K")])
    row = made.repair("R")
    assert (row["gate_grade"], row["is_applied"], row["refusal_reason"]) == ("D", False, "gate")
    assert listed_issues(made) == {("R", "repair_approved_not_applied")}
    assert made.score("2025-06-12") == 50


def test_q7_sixty_is_c_and_may_be_repaired() -> None:
    made = scored(findings=[finding("K", clause="1")], repairs=[repair("R", "K")])
    assert (made.repair("R")["gate_grade"], made.score("2025-06-12")) == ("C", 100)


def test_q7_an_earlier_repair_opens_the_gate() -> None:
    """Together 40: with the first repaired the agency is at 60, and the second may be."""
    made = scored(
        findings=[finding("K1", clause="2b"), finding("K2", clause="1")],
        merits=[merit("M", clause="1", level_code="national"), merit("N", clause="1", level_code="national")],
        repairs=[
            approved("R1", "K1", "2025-06-09", "2025-06-12"),
            approved("R2", "K2", "2025-07-01", "2025-07-03"),
        ],
    )
    assert [made.repair(name)["gate_grade"] for name in ("R1", "R2")] == ["C", "C"]
    closed = scored(
        findings=[
            finding("K1", clause="2b"),
            finding("K2", clause="1"),
            finding("K3", clause="11", determined_on="2025-06-20"),
        ],
        repairs=[
            approved("R1", "K1", "2025-06-09", "2025-06-12"),
            approved("R2", "K2", "2025-07-01", "2025-07-03"),
        ],
    )
    # 40: D, refused; so the second sees 30 and is refused as well
    assert [closed.repair(name)["refusal_reason"] for name in ("R1", "R2")] == ["gate", "gate"]


def test_q7_a_repair_counts_for_a_later_gate_from_its_approval_on() -> None:
    findings = [finding("K1", clause="2b"), finding("K2", clause="5", determined_on="2025-06-20")]

    def second_gate(first_replied_on: str) -> str:
        made = scored(
            findings=findings,
            repairs=[
                approved("R1", "K1", "2025-06-09", first_replied_on),
                approved("R2", "K2", "2025-07-01", "2025-07-10"),
            ],
        )
        return made.repair("R2")["gate_grade"]

    assert second_gate("2025-07-01") == "C"  # 70: approved by the end of that day
    assert second_gate("2025-07-02") == "D"  # 50: not yet


def test_q7_on_one_day_the_order_is_by_application_number() -> None:
    made = scored(
        findings=[finding("K1", clause="2b"), finding("K2", clause="2b"), finding("K3", clause="11")],
        repairs=[
            approved("R2", "K2", "2025-06-09", "2025-06-09"),
            approved("R1", "K1", "2025-06-09", "2025-06-09"),
        ],
    )
    # 50: D; the first is refused, and the second sees the same day without it
    assert [made.repair(name)["gate_grade"] for name in ("R1", "R2")] == ["D", "D"]
    open_gate = scored(
        findings=[finding("K1", clause="2b"), finding("K2", clause="2b")],
        repairs=[
            approved("R2", "K2", "2025-06-09", "2025-06-09"),
            approved("R1", "K1", "2025-06-09", "2025-06-09"),
        ],
    )
    # 60, then 80 with the first applied the same day: each without its own effect
    assert [open_gate.repair(name)["gate_grade"] for name in ("R1", "R2")] == ["C", "C"]
    assert open_gate.score("2025-06-09") == 100


def test_q7_the_gate_sees_the_end_of_the_acceptance_date() -> None:
    made = scored(
        findings=[finding("K1", clause="2b"), finding("K2", clause="5", determined_on="2025-06-09")],
        repairs=[repair("R", "K1")],
    )
    assert (made.repair("R")["gate_grade"], made.repair("R")["refusal_reason"]) == ("D", "gate")


def test_q7_a_gate_sees_caps_and_the_same_act() -> None:
    acts = {"occurred_on": "2025-02-01", "project_no": "P1"}
    made = scored(
        findings=[finding(f"K{n}", clause="11", determined_on="2025-04-01") for n in range(6)]
        + [finding("L7", clause="7", **acts), finding("L10", clause="10", **acts)],
        merits=[merit(f"M{n}", clause="1", level_code="national") for n in range(4)],
        repairs=[repair("R", "K0")],
    )
    # 100 - 30 (capped) - 20 (one act) + 20 (capped)
    assert (made.score("2025-06-09"), made.repair("R")["gate_grade"]) == (70, "C")


def test_q7_a_refused_application_leaves_a_gate_grade_too() -> None:
    made = scored(findings=[MISREPORT], repairs=[repair("R", "K", review_code="refused")])
    row = made.repair("R")
    assert (row["gate_grade"], row["refusal_reason"]) == ("C", "not_approved")


def test_q7_an_application_against_nothing_has_the_gate_of_an_agency_without_lines() -> None:
    row = scored_with([listed("2024-06-01")], repairs=[repair("R", "NOTHING")]).repair("R")
    assert (row["gate_grade"], row["refusal_reason"]) == ("B", "nothing_in_force")


def test_every_approval_that_did_not_apply_is_listed_once_with_its_own_reason() -> None:
    made = scored(
        findings=[MISREPORT, finding("D", clause="5")],
        repairs=[
            repair("R1", "K"),
            repair("R2", "NOTHING"),
            repair("R3", "K", has_other_evidence=False),
            repair("R4", "K", review_code="refused"),
        ],
    )
    made.built.run("int_issues__repairs")
    listed_reasons = made.built.query(
        "select source_key, detail from intermediate.int_issues__repairs"
        " where issue_code = 'repair_approved_not_applied' order by 1"
    )
    assert [tuple(row.values()) for row in listed_reasons] == [
        (number, f"Approved, but not applied: {reason}.")
        for number, reason in (("R1", "gate"), ("R2", "nothing_in_force"), ("R3", "documents"))
    ]


def test_6_6_a_line_already_repaired_is_not_in_force() -> None:
    made = scored(
        findings=[MISREPORT],
        repairs=[
            approved("R1", "K", "2025-06-09", "2025-06-12"),
            approved("R2", "K", "2025-06-12", "2025-06-13"),
        ],
    )
    assert made.repair("R2")["refusal_reason"] == "nothing_in_force"
    assert [row["source_key"] for row in made.ledger("repair")] == ["R1"]


def test_6_6_of_two_repairs_of_one_line_the_earlier_approval_ends_it() -> None:
    made = scored(
        findings=[MISREPORT],
        repairs=[
            approved("R1", "K", "2025-06-09", "2025-07-12"),
            approved("R2", "K", "2025-06-10", "2025-06-13"),
            approved("R3", "K", "2025-06-16", "2025-06-17"),
        ],
    )
    assert [made.repair(name)["is_applied"] for name in ("R1", "R2", "R3")] == [True, True, False]
    assert made.repair("R3")["refusal_reason"] == "nothing_in_force"
    assert made.spans("repair") == [("F02B", 20, "2025-06-13", "2026-03-02")]


@pytest.mark.parametrize(
    ("determined_on", "is_in_force"),
    [("2025-06-09", True), ("2025-06-10", False), ("2024-06-09", True), ("2024-06-08", False)],
)
def test_6_6_a_number_whose_line_is_not_in_force_is_listed_and_ignored(determined_on: str, is_in_force: bool) -> None:
    made = scored(
        findings=[MISREPORT, finding("OTHER", clause="9", determined_on=determined_on)],
        repairs=[repair("R", "K、OTHER")],
    )
    assert made.repair("R")["is_applied"]
    assert listed_issues(made) == (set() if is_in_force else {("R", "repair_target_not_in_force")})


@pytest.mark.parametrize("review_code", ["approved", "refused"])
@pytest.mark.parametrize(
    ("first_replied_on", "second", "listed"),
    [
        ("2025-06-20", ("R2", "2025-06-20"), {"R2"}),
        ("2025-06-20", ("R2", "2025-06-19"), set()),
        ("2025-06-09", ("R2", "2025-06-09"), {"R2"}),
        # of one day the order is by number: the first repairs what the second names
        ("2025-06-09", ("R0", "2025-06-09"), {"R1"}),
    ],
)
def test_6_6_a_number_repaired_before_is_listed(
    first_replied_on: str, second: tuple[str, str], listed: set[str], review_code: str
) -> None:
    number, accepted_on = second
    if review_code == "refused" and number == "R0":
        listed = set()  # what is refused repairs nothing
    made = scored(
        findings=[MISREPORT],
        repairs=[
            approved("R1", "K", "2025-06-09", first_replied_on),
            approved(number, "K", accepted_on, accepted_on, review_code=review_code),
        ],
    )
    named = {name for name, code in listed_issues(made) if code == "repair_target_not_in_force"}
    assert named == listed


def test_6_6_attempts_count_what_was_refused_on_its_merits() -> None:
    rules = changed(rulebook(), "repair_policy", {}, max_attempts=2)
    made = scored(
        findings=[MISREPORT, finding("OTHER", clause="11")],
        repairs=[
            approved("R1", "K", "2025-04-01", "2025-04-02", review_code="refused"),
            approved("R2", "K", "2025-05-06", "2025-05-07", has_other_evidence=False),
            approved("R3", "K", "2025-06-09", "2025-06-12"),
            approved("R4", "OTHER", "2025-06-10", "2025-06-12"),
        ],
        rules=rules,
    )
    assert [made.repair(f"R{n}")["refusal_reason"] for n in range(1, 5)] == [
        "not_approved",
        "documents",
        "attempts",
        None,
    ]


def test_r27_applications_are_unlimited_by_default() -> None:
    refused = [approved(f"R{n}", "K", f"2025-04-0{n}", f"2025-04-0{n}", review_code="refused") for n in range(1, 9)]
    made = scored(findings=[MISREPORT], repairs=[*refused, repair("LAST", "K")])
    assert made.repair("LAST")["is_applied"]


def test_q7_a_chain_of_repairs_is_decided_one_after_the_other() -> None:
    """Each of ten lines costs 4 more than the gate allows until the one before is repaired."""
    findings = [finding(f"K{n:02}", clause="4b", determined_on="2025-03-01") for n in range(3)]
    findings += [finding(f"L{n:02}", clause="2b", determined_on=f"2025-04-{n + 1:02}") for n in range(2)]
    repairs = [approved(f"A{n}", f"K{n:02}", f"2025-03-0{n + 2}", f"2025-03-0{n + 2}") for n in range(3)]
    repairs += [approved(f"B{n}", f"L{n:02}", f"2025-04-{n + 5:02}", f"2025-04-{n + 5:02}") for n in range(2)]
    made = scored(findings=findings, repairs=repairs)
    assert [made.repair(row["application_id"])["is_applied"] for row in repairs] == [True] * 5
    assert made.score("2025-04-06") == 100
