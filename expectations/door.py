"""One suite per dataset: does the whole batch of accepted rows match the contract?

Ingestion checks rows one by one; these suites check a batch. Does not belong here: what a cell may be (`ingestion`),
whether our own logic holds (dbt tests).
"""

from __future__ import annotations

from expectations.suites import Check, Suite, columns_are, is_present, no_result, no_row

_PROVENANCE = (
    "file_hash",
    "received_on",
    "sheet",
    "row_number",
    "file_position",
    "source_key",
    "row_key",
    "row_hash",
    "flags",
)
# More than half of a file is quarantined: the export changed, or is of something else. A warning; the build goes on.
_MOSTLY, _ENOUGH_ROWS = 0.5, 20


def _door(
    source: str, name: str, *, own: str, agency_columns: tuple[str, ...] = ("agency_id",), people: tuple[str, ...] = ()
) -> Suite:
    """`own`: the dataset's columns between provenance and file_name; `people`: prefixes of person columns."""
    checks: list[Check] = [
        columns_are((*_PROVENANCE, *own.split(), "file_name")),
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


_SUITES = (
    _door(
        "registry",
        "agencies",
        own="agency_name agency_id legal_representative registered_address service_type is_legal_person floor_area_m2 "
        "is_floor_area_m2_approximate engineers_level_1_declared engineers_level_2_declared "
        "operators_intermediate_declared operators_junior_declared has_quality_system assessment_control "
        "listing_basis submitted_on onsite_checked_on onsite_result published_on registry_status remarks",
    ),
    _door(
        "registry",
        "personnel",
        own="agency_name agency_id person_name person_key person_mask person_id_status position_code certificate_kind "
        "level_code qualification_no registration_no registration_until_on contract_from_on contract_until_on "
        "is_contract_until_open insurance_payer_name",
        people=("person",),
    ),
    _door(
        "registry",
        "equipment",
        own="agency_id equipment_name model serial_no quantity calibration_certificate_no calibrated_on "
        "valid_until_on calibrated_by",
    ),
    _door(
        "registry",
        "site_checks",
        own="site_check_id batch_month_on agency_id checked_on inspectors result_code nonconformities "
        "rectify_until_on recheck_result_code",
    ),
    _door(
        "registry",
        "social_insurance",
        own="payer_unit_no payer_name payer_id person_name person_key person_mask person_id_status insurance_code "
        "period_month_on payment_status",
        agency_columns=("payer_id",),
        people=("person",),
    ),
    _door(
        "complaints",
        "hotline",
        own="ticket_id accepted_at accepted_on ticket_source respondent_name handled_by dispatched_at dispatched_on "
        "closed_at closed_on result_code determined_on clause project_no satisfaction is_repeat "
        "original_ticket_id",
        agency_columns=(),
    ),
    _door(
        "complaints",
        "media",
        own="clue_id origin_code found_on respondent_name agency_id summary link result_code determined_on clause",
    ),
    _door(
        "inspections",
        "checks",
        own="task_id task_line check_type authority agency_name agency_id checked_on inspectors result_code problem "
        "clause project_no report_no occurred_on status_code determined_on revoked_on quantity row_points",
    ),
    _door(
        "inspections",
        "penalties",
        own="agency_name agency_id decision_no violation_type violation_facts legal_basis penalty_kind fine_10k_cny "
        "is_fine_10k_cny_approximate determined_on occurred_on clause project_no public_until_on "
        "authority status_code revoked_on quantity row_points",
    ),
    _door(
        "platform",
        "contracts",
        own="contract_no project_no project_name client_name agency_id agency_name service_type signed_on "
        "service_from_on performed_by_id updated_ms is_deleted",
        agency_columns=("agency_id", "performed_by_id"),
    ),
    _door(
        "platform",
        "reports",
        own="report_no project_no contract_no agency_id agency_name service_type reported_on technical_lead_name "
        "technical_lead_key technical_lead_mask technical_lead_id_status project_lead_name project_lead_key "
        "project_lead_mask project_lead_id_status project_lead_registration_no seal_status seal_agency_id updated_ms "
        "is_deleted",
        agency_columns=("agency_id", "seal_agency_id"),
        people=("technical_lead", "project_lead"),
    ),
    _door(
        "platform",
        "checkins",
        own="checkin_id report_no project_no person_key person_mask person_id_status person_name position_code "
        "checked_in_at checked_in_on checked_out_at checked_out_on coordinate_system updated_ms is_deleted "
        "cell_x cell_y",
        agency_columns=(),
        people=("person",),
    ),
    _door(
        "credit_desk",
        "findings",
        own="finding_id agency_id clause channel_code origin_id occurred_on project_no report_no "
        "person_key person_mask person_id_status determined_on determined_by status_code revoked_on quantity "
        "row_points",
        people=("person",),
    ),
    _door(
        "credit_desk",
        "merit_claims",
        own="claim_id agency_id clause level_code title document_no issuer occurred_on person_key "
        "person_mask person_id_status recommended_by status_code determined_on",
        people=("person",),
    ),
    _door(
        "credit_desk",
        "repairs",
        own="application_id agency_id target_ids applied_on accepted_on has_application_form has_fulfilment_proof "
        "has_other_evidence review_code replied_on handled_by reviewed_by",
    ),
    _door(
        "credit_desk",
        "decisions",
        own="decision_id object_type object_id decision_code decided_on handled_by reviewed_by note",
        agency_columns=(),
    ),
)

# `<source>/<dataset>` -> its suite
DOOR_SUITES: dict[str, Suite] = {suite.relation.replace(".", "/"): suite for suite in _SUITES}
