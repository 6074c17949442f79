"""Complaints and media items: whom they are about, their links, their results.

Does not belong here: open complaints, which are leads (`leads`).
"""

from __future__ import annotations

from sample_city.ledgers import MAKER, clue, decision, ticket
from sample_city.plan import Plan
from sample_city.stories.standing import RENAMED
from sample_city.stories.story import needs


@needs(RENAMED, 9)
def complaints(plan: Plan) -> None:
    """Whom a ticket is about: current, former and short names, a decision, and links without a target."""
    ago = plan.timeline.ago
    agency = plan.agency(RENAMED)
    month = ago(6)
    ticket(  # by its former name, after the rename
        plan, month, agency.name, accepted=7, result="substantiated", determined=16, clause="4b"
    )
    ticket(  # by its new name, with blanks and wide letters as people type
        plan,
        month + 1,
        agency.name_in(month + 1),
        accepted=8,
        result="partly_substantiated",
        determined=18,
        clause="11",
    )
    short = plan.agency(9).name.removesuffix("有限公司")
    ticket(  # a short name stays unresolved …
        plan, month, short, accepted=9, result="substantiated", determined=20, clause="9"
    )
    resolved = ticket(  # … until someone decides
        plan, month, short + "（公司）", accepted=10, result="substantiated", determined=20, clause="9"
    )
    decision(
        plan, month + 1, "identity", f"hotline:{resolved}={plan.uscc(9)}", "same_person", decided=9, note="经电话核实"
    )
    unapplied = ticket(  # a decision that one person took alone does not count
        plan, month, short + "焦作分部", accepted=11, result="substantiated", determined=21, clause="9"
    )
    decision(
        plan, month + 1, "identity", f"hotline:{unapplied}={plan.uscc(9)}", "same_person", decided=10, checker=MAKER
    )
    name = plan.agency(9).name
    month = ago(4)
    # two tickets that refer to each other, and a link to an unknown ticket: both are ignored and listed
    first, second = plan.number("GD", month), plan.number("GD", month)
    for own, other, day in ((first, second, 7), (second, first, 9)):
        ticket(
            plan,
            month,
            name,
            accepted=day,
            result="unsubstantiated",
            ticket_id=own,
            is_repeat=True,
            original_ticket_id=other,
        )
    ticket(
        plan, month, name, accepted=12, result="unsubstantiated", is_repeat=True, original_ticket_id="GD000000000000000"
    )


@needs(14, 17)
def media(plan: Plan) -> None:
    """Media items and letters: by name, by code, about an unknown agency, unfounded, transferred."""
    ago = plan.timeline.ago
    month = ago(5)
    clue(plan, month, respondent=plan.agency(14).name, agency_id=None, found=8, result="substantiated", determined=17)
    clue(
        plan,
        month,
        respondent="焦作某消防公司",
        agency_id=None,
        found=9,
        result="substantiated",
        determined=18,
        clause="4a",
        origin="petition",
    )
    clue(plan, month, respondent=plan.agency(17).name, agency_id=plan.uscc(17), found=10, result="unsubstantiated")
    clue(
        plan,
        month,
        respondent=plan.agency(17).name,
        agency_id=plan.uscc(17),
        found=11,
        result="转公安机关",
        origin="press",
    )
    clue(
        plan,
        month + 1,
        respondent=plan.agency(17).name,
        agency_id=None,
        found=6,
        result="partly_substantiated",
        determined=18,
        clause="4b",
        origin="press",
    )
