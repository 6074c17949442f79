-- No two rows agree in these columns. Nulls agree with each other.
{% set grains = {
    'int_agencies_checked': ['agency_id'],
    'int_agency_measures_changed': ['agency_id', 'measure_code', 'change_on'],
    'int_agency_requirements_met': ['agency_id', 'requirement_set', 'condition_code', 'valid_from_on'],
    'int_agency_standings': ['agency_id', 'valid_from_on'],
    'int_conflicts__shell_successor': ['conflict_id'],
    'int_conflicts_incomplete': ['conflict_id'],
    'int_directory_status': ['agency_id'],
    'int_issues__directory': ['issue_code', 'source', 'dataset', 'source_key'],
    'int_leads__conditions_unmet': ['lead_id'],
    'int_leads_assessed': ['lead_id'],
    'int_leads_incomplete': ['lead_id'],
    'int_onsite_checks_due': ['agency_id', 'opened_on'],
    'int_people_doubted': ['person_id', 'doubt_code', 'from_on'],
} -%}

{{ repeated_grains(grains) }}
