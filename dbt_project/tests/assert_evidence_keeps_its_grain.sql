{% set grains = {
    'int_agencies_checked': ['agency_id'],
    'int_agencies_first_seen': ['agency_id'],
    'int_complaints_judged': ['dataset', 'complaint_id', 'agency_id'],
    'int_conflict_explanations_doubted': ['conflict_id'],
    'int_conflict_ids': ['conflict_id', 'object_id'],
    'int_conflicts_incomplete': ['conflict_id'],
    'int_equipment_listed': ['received_on', 'row_key'],
    'int_evidence_incomplete': ['result_kind', 'kind_code', 'agency_id'],
    'int_evidence_missing': ['source', 'dataset', 'received_on', 'cause_code', 'agency_id', 'person_id', 'object_hash'],
    'int_evidence_rested_on': ['result_kind', 'kind_code', 'source', 'dataset'],
    'int_issues__rows': ['issue_code', 'source', 'dataset', 'agency_id', 'file_hash', 'sheet', 'row_number', 'detail'],
    'int_leads_incomplete': ['lead_id'],
    'int_personnel_listed': ['received_on', 'row_key'],
    'int_points__disputes_dated': ['dataset', 'row_key'],
    'int_rows_carried': ['dataset', 'row_key', 'listed_on'],
    'int_rows_linked': ['source', 'dataset', 'received_on', 'file_hash', 'file_position', 'agency_id', 'link_basis'],
    'int_rows_missing': ['source', 'dataset', 'received_on', 'file_hash', 'file_position', 'agency_id', 'person_key'],
    'int_rows_named': ['source', 'dataset', 'received_on', 'file_hash', 'file_position', 'agency_id', 'person_key'],
    'int_rows_quarantined': ['source', 'dataset', 'received_on', 'file_hash', 'file_position', 'agency_id', 'person_key'],
} -%}

{{ repeated_grains(grains) }}
