"""What happens in a district in addition to its routine: stories, each of which also writes down what a build must find.

Belongs here: one module per subject, and the order of the stories. Acts, merits, repairs and decisions come first: every
row of credit.md's tables at least once (scores are not written down: they follow from the rows). Then conflicts: for each
kind of conflicts.md at least one real one and innocent look-alikes, with extra staff, so that no ordinary row changes. Then
leads. Does not belong here: building rows (`ledgers`, `work`).
"""

from __future__ import annotations

import random

from sample_city.plan import Plan
from sample_city.stories import (
    acts,
    amendments,
    complaints,
    leads,
    merits,
    payments,
    presence,
    registrations,
    repairs,
    routine,
    standing,
    successors,
)
from sample_city.stories.story import Story

# Numbers and people are assigned in the order of the stories: add a new story at the end of its list.
CREDIT: tuple[Story, ...] = (
    standing.statuses,
    standing.false_report_exit_readmission,
    standing.exit_for_good,
    acts.one_act_many_rows,
    acts.caps,
    acts.subsumption,
    amendments.under_objection,
    amendments.findings_written_again,
    amendments.checks_written_again,
    amendments.penalties_written_again,
    acts.before_the_first_version,
    repairs.repairs,
    repairs.repair_refusals,
    complaints.complaints,
    complaints.media,
    merits.merits,
    acts.depths,
    acts.waiting_and_clauseless,
    standing.site_checks,
)
CONFLICTS: tuple[Story, ...] = (
    registrations.registered_twice,
    registrations.moves,
    registrations.counted_twice,
    payments.paid_by_others,
    payments.public_bodies,
    payments.insured_twice,
    presence.signed_for_others,
    registrations.shared_certificates,
    presence.impossible_presence,
    presence.absent_holders,
    registrations.expired_registrations,
    successors.merits_claimed_twice,
    successors.shell_successor,
    successors.acquisition,
    registrations.unresolved_identities,
)
LEADS: tuple[Story, ...] = (
    leads.conditions_unmet,
    leads.report_dates,
    leads.without_checkins,
    leads.many_reports,
    leads.repeated_numbers,
    leads.systems_missing,
    leads.open_complaints,
    leads.seals_and_subcontracts,
    leads.unqualified,
    leads.unsigned,
    leads.no_contract,
    leads.before_listing,
)


def tell_stories(plan: Plan, rng: random.Random) -> None:
    """Runs every story for which the district has the agencies, and the routine for all."""
    for story in CREDIT:
        story(plan)
    routine.routine(plan, rng)
    for story in (*CONFLICTS, *LEADS):
        story(plan)
