"""One suite per published mart: does a release have the columns and codes that its readers rely on?

Does not belong here: sums, gapless spans and other facts between rows or tables (dbt tests).
"""

from __future__ import annotations

from expectations.suites import Check, Suite, has_columns, has_rows, is_one_of, is_present, no_row

_DATASETS = ("findings", "checks", "penalties", "hotline", "media")


_GRADE_REASONS = is_one_of("score_grade_reason", "band", "ceiling", "veto", "unrated")


def _mart(relation: str, *checks: Check) -> Suite:
    return Suite(relation, "invariant", checks)


_SUITES = (
    _mart(
        "credit.dim_agencies",
        has_columns(
            *("agency_id", "agency_name", "former_names", "service_type", "listing_basis", "directory_status"),
            *("published_on", "legal_representative", "registered_region_code", "is_conforming", "missing_items"),
            *("last_changed_on", "last_checked_on", "first_seen_on"),
        ),
        is_present("directory_status"),
    ),
    _mart(
        "credit.dim_rules",
        has_columns(
            *("rulebook_id", "item_code", "clause", "title_zh", "title_en", "component_code", "points", "cap_points"),
            *("effect", "is_provisional", "legal_basis", "points_from", "quantity_from", "repeat_factor"),
            "cap_per_check_points",
        ),
        has_rows(),
        is_present("is_provisional"),
    ),
    _mart(
        "credit.fct_point_ledger",
        has_columns(
            *("line_id", "agency_id", "case_id", "line_kind", "item_code", "rulebook_id", "points", "valid_from_on"),
            *("valid_until_on", "occurred_on", "determined_on", "source", "dataset", "source_key", "file_hash"),
            *("sheet", "row_number", "document_no", "counted_by_line_id", "is_disputed", "disputed_since_on"),
            *("not_scored_reason", "occasion_key", "is_repeat"),
        ),
        is_one_of(
            "not_scored_reason",
            *("before_first_version", "clause_unmapped", "channel", "points_missing", "points_off_step"),
        ),
        is_one_of(
            "line_kind",
            *("misconduct", "merit", "fact", "repair", "cap_adjustment", "superseded", "void", "not_scored"),
        ),
        no_row("a_dispute_has_its_first_day", "is_disputed <> (disputed_since_on is not null)"),
    ),
    _mart(
        "credit.fct_score_history",
        has_columns(
            *("agency_id", "valid_from_on", "valid_until_on", "score", "grade", "score_grade_reason"),
            *("has_active_misconduct", "active_line_count", "change_cause", "rulebook_id", "is_provisional"),
            "next_score_grade_reason",
        ),
        _GRADE_REASONS,
        is_one_of("change_cause", "start", "rulebook", "determination", "repair", "fact", "expiry"),
        no_row("a_span_lasts_a_day", "valid_until_on <= valid_from_on"),
    ),
    _mart(
        "credit.fct_grade_changes",
        has_columns(
            *("agency_id", "changed_on", "from_grade", "to_grade", "change_cause", "line_ids"),
            *("from_score_grade_reason", "to_score_grade_reason"),
        ),
    ),
    _mart(
        "credit.fct_unrated_spans",
        has_columns(
            *("agency_id", "valid_from_on", "valid_until_on", "unrated_because", "waits_for", "check_types"),
            *("registry_status", "rulebook_id"),
        ),
        is_one_of("unrated_because", "rated_from", "unrated_status"),
        is_one_of("waits_for", "checks", "reports", "determination"),
        no_row("a_span_says_why", "(waits_for is null) = (registry_status is null)"),
        no_row("a_span_lasts_a_day", "valid_until_on <= valid_from_on"),
    ),
    _mart(
        "credit.agency_grades",
        has_columns(
            *("agency_id", "agency_name", "score", "grade", "has_active_misconduct", "since_on", "next_change_on"),
            *("next_score", "next_grade", "next_grade_change_on", "directory_status", "rulebook_id"),
            *("is_provisional", "last_changed_on", "last_checked_on", "first_seen_on", "score_grade_reason"),
            "next_score_grade_reason",
        ),
        _GRADE_REASONS,
    ),
    _mart(
        "supervision.rpt_tasks",
        has_columns("task_id", "task_code", "agency_id", "opened_on", "due_on", "closed_on", "status", "clause"),
        is_one_of("status", "open", "done", "overdue"),
    ),
    _mart(
        "supervision.rpt_inspection_plan",
        has_columns(
            *("agency_id", "calendar_year", "double_random_done", "double_random_max", "extra_required"),
            *("excess_flag",),
        ),
    ),
    _mart(
        "supervision.rpt_repairs",
        has_columns(
            *("application_id", "agency_id", "accepted_on", "replied_on", "gate_grade", "is_documents_complete"),
            *("decision", "working_days_used", "is_overdue", "is_applied", "refusal_reason"),
        ),
        no_row("a_refusal_says_why", "not is_applied and refusal_reason is null"),
    ),
    _mart("supervision.rpt_conformity", has_columns("agency_id", "is_met"), is_present("is_met")),
    _mart(
        "supervision.fct_leads",
        has_columns(
            *("lead_id", "lead_kind", "item_code", "agency_id", "subject", "evidence", "severity", "confidence"),
            *("first_seen_on", "last_seen_on", "status"),
        ),
        no_row("confidence_is_a_ratio", "confidence < 0 or confidence > 1"),
    ),
    _mart(
        "conflicts.fct_engineer_conflicts",
        has_columns(
            *("conflict_id", "conflict_kind", "severity", "confidence", "identity_tier", "person_key"),
            *("engineer_name", "engineer_level", "registration_no", "employer_a_id", "employer_b_id"),
            *("overlap_from_on", "overlap_until_on", "overlap_days", "explained_by", "status", "first_seen_on"),
            *("last_seen_on", "employer_a_score_grade_reason", "employer_b_score_grade_reason"),
        ),
        is_one_of("status", "open", "confirmed", "cleared", "expired", "explained"),
        is_one_of("severity", "very_high", "high", "medium", "low", "review"),
        no_row("confidence_is_a_ratio", "confidence < 0 or confidence > 1"),
    ),
    _mart(
        "publication.rpt_public_roster",
        has_columns(
            *("agency_id", "agency_name", "directory_status", "service_type", "score", "grade", "since_on"),
            *("is_provisional", "last_changed_on", "last_checked_on", "first_seen_on", "score_grade_reason"),
        ),
        is_one_of("directory_status", "published", "suspended"),
        _GRADE_REASONS,
    ),
    _mart(
        "publication.rpt_quality_directory",
        has_columns("period", "agency_id", "agency_name", "score", "priority_service"),
    ),
    _mart("publication.rpt_exit_notices", has_columns("agency_id", "agency_name", "exited_on", "reason")),
    _mart(
        "publication.rpt_misconduct_notices",
        has_columns(
            *("agency_id", "agency_name", "item_code", "clause", "title_zh", "source", "dataset", "source_key"),
            *("determined_on", "public_until_on", "is_disputed"),
        ),
        is_one_of("dataset", *_DATASETS),
    ),
    _mart(
        "publication.rpt_public_ledger",
        has_columns(
            *("line_id", "agency_id", "line_kind", "item_code", "clause", "title_zh", "title_en", "points", "effect"),
            *("effect_grade", "valid_from_on", "valid_until_on", "occurred_on", "determined_on", "dataset"),
            *("source_key", "document_no", "is_disputed", "disputed_since_on", "is_repeat", "counted_by_line_id"),
            *("public_until_on", "rulebook_id", "is_provisional"),
        ),
        is_one_of(
            "line_kind",
            *("base", "misconduct", "merit", "fact", "superseded", "cap_adjustment", "publicity_ended"),
        ),
        is_present("title_zh"),
        no_row("a_span_lasts_a_day", "valid_until_on <= valid_from_on"),
        no_row(
            "a_notice_ends_with_its_publicity",
            "public_until_on is not null and (valid_until_on is null or valid_until_on - 1 > public_until_on)",
        ),
    ),
    _mart(
        "publication.frozen_lists",
        has_columns("list_code", "period", "as_of_on", "known_on", "content_hash", "previous_hash"),
    ),
    _mart(
        "publication.rpt_frozen_list_members",
        has_columns("list_code", "period", "agency_id", "agency_name", "score", "grade"),
    ),
    _mart(
        "quality.fct_loads",
        has_columns(
            *("source", "dataset", "received_on", "file_name", "file_hash", "status", "reason_code", "read_count"),
            *("accepted_count", "quarantined_count", "duplicate_count"),
        ),
        is_one_of("status", "loaded", "duplicate", "held", "replaced"),
        no_row("nothing_read_is_lost", "read_count <> accepted_count + quarantined_count + duplicate_count"),
    ),
    _mart(
        "quality.fct_quarantined_rows",
        has_columns(
            *("source", "dataset", "received_on", "file_name", "file_hash", "sheet", "row_number", "reason_code"),
        ),
        is_present("reason_code"),
    ),
    _mart(
        "quality.fct_data_issues",
        has_columns("issue_code", "source", "dataset", "source_key", "agency_id", "file_hash", "row_number", "detail"),
        is_present("issue_code"),
    ),
    _mart(
        "quality.fct_unmatched_complaints",
        has_columns("source", "dataset", "source_key", "object_prefix", "received_on"),
        is_present("object_prefix"),
    ),
    _mart(
        "supervision.fct_measures",
        has_columns("agency_id", "measure_code", "grade", "valid_from_on", "valid_until_on"),
        no_row("a_span_lasts_a_day", "valid_until_on <= valid_from_on"),
        is_present("measure_code"),
    ),
)

# `schema.table` -> its suite
RELEASE_SUITES: dict[str, Suite] = {suite.relation: suite for suite in _SUITES}
