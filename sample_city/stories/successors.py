"""Conflicts between agencies: a shell's successor, an acquisition, an honour that two agencies claim.

Does not belong here: people who move between agencies (`registrations`).
"""

from __future__ import annotations

from sample_city.ledgers import decision, merit
from sample_city.plan import Plan
from sample_city.stories.standing import EXITED, READMITTED
from sample_city.stories.story import needs


@needs(8, 9, 11, 12)
def merits_claimed_twice(plan: Plan) -> None:
    """Two agencies claim one honour; it is innocent if the second claim is refused."""
    month = plan.timeline.ago(5)
    for first, second, status, document in (
        (8, 9, "approved", "焦建〔2026〕71"),
        (11, 12, "rejected", "焦建〔2026〕72"),
    ):
        document_no = f"{document}{plan.district.number:03d}号"
        for place, outcome in ((first, "approved"), (second, status)):
            merit(
                plan,
                place,
                month,
                "3",
                level="municipal",
                obtained=6,
                determined=16,
                status=outcome,
                document_no=document_no,
            )
        if status == "approved":
            plan.expect_conflict("merit_claimed_twice", None, first, second, note="one honour")
        else:
            plan.expect_innocent("merit_claimed_twice", None, first, second, note="the second claim was refused")


@needs(EXITED, 27)
def shell_successor(plan: Plan) -> None:
    """Three engineers and the legal representative of an agency that had to leave come back under a new USCC."""
    since = plan.timeline.ago(5)
    for item in plan.employed(EXITED, plan.timeline.ago(9))[:3]:
        plan.hire(
            item.person,
            27,
            since,
            level_code=item.level_code,
            leads_reports=True,
            registration_until=item.registration_until,
        )
    plan.change(27, legal_representative=plan.agency(EXITED).legal_representative)
    plan.expect_conflict("shell_successor", None, EXITED, 27)


@needs(READMITTED, 26)
def acquisition(plan: Plan) -> None:
    """A new agency at the address of one that was in D; a decision says it bought the other."""
    plan.change(26, address=plan.agency(READMITTED).address)
    month = plan.timeline.ago(2)
    decision(
        plan, month, "identity", f"{plan.uscc(READMITTED)}={plan.uscc(26)}", "same_person", decided=16, note="收购"
    )
    plan.expect_explained("shell_successor", None, READMITTED, 26, explained_by="acquisition")
