-- No two rows agree in these columns. Nulls agree with each other.
{% set grains = {
    'int_leads__no_contract': ['lead_id'],
    'int_leads__not_on_site': ['lead_id'],
    'int_leads__open_complaint': ['lead_id'],
    'int_leads__other_name': ['lead_id'],
    'int_leads__report_before_contract': ['lead_id'],
    'int_leads__report_number_repeated': ['lead_id'],
    'int_leads__report_without_checkin': ['lead_id'],
    'int_leads__reports_per_day': ['lead_id'],
    'int_leads__subcontracting': ['lead_id'],
    'int_leads__systems_missing': ['lead_id'],
    'int_leads__unqualified_person': ['lead_id'],
    'int_leads__unsigned_report': ['lead_id'],
    'int_leads__work_before_listing': ['lead_id'],
    'int_leads_detected': ['lead_id'],
    'int_leads_renamed': ['former_lead_id'],
} -%}

{{ repeated_grains(grains) }}
