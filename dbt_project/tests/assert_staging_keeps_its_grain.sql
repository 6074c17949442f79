-- The grain of every staging model, in one node: no two rows agree in these columns. Nulls agree with each other.
{% set grains = {
    'stg_complaints__hotline': ['row_key'],
    'stg_complaints__media': ['row_key'],
    'stg_credit_desk__findings': ['row_key'],
    'stg_credit_desk__merit_claims': ['row_key'],
    'stg_credit_desk__repairs': ['row_key'],
    'stg_credit_desk__decisions': ['row_key'],
    'stg_inspections__checks': ['row_key'],
    'stg_inspections__penalties': ['row_key'],
    'stg_lake__build_parameters': ['regime_code'],
    'stg_lake__loads': ['source', 'dataset', 'received_on', 'file_name', 'file_hash'],
    'stg_lake__quarantined_rows': [
        'source', 'dataset', 'received_on', 'file_name', 'file_hash', 'sheet', 'row_number', 'header', 'reason_code',
    ],
    'stg_lake__quarantined_names': ['source', 'dataset', 'received_on', 'file_hash', 'file_position', 'column_name'],
    'stg_lake__drops': ['source', 'dataset', 'received_on'],
    'stg_lake__frozen_lists': ['list_code', 'period'],
    'stg_lake__frozen_list_members': ['list_code', 'period', 'agency_id'],
    'stg_lake__agencies_named': ['source', 'dataset', 'agency_id'],
    'stg_lake__statuses_received': ['source', 'dataset', 'received_on', 'file_hash', 'file_position'],
    'stg_lake__former_codes': ['source', 'dataset', 'code', 'former_code'],
    'stg_lake__rows_masked': ['source', 'dataset', 'received_on', 'row_key'],
    'stg_lake__people_unresolved': ['source', 'dataset', 'person_column', 'received_on', 'row_key'],
    'stg_lake__keys_read': ['source', 'dataset', 'row_key_hash', 'is_list', 'read_on'],
    'stg_lake__keys_of_several_agencies': ['source', 'dataset', 'row_key', 'agency_id'],
    'stg_platform__contracts': ['row_key'],
    'stg_platform__reports': ['row_key'],
    'stg_platform__checkins': ['row_key'],
    'stg_registry__agencies': ['received_on', 'row_key'],
    'stg_registry__personnel': ['received_on', 'row_key'],
    'stg_registry__equipment': ['received_on', 'row_key'],
    'stg_registry__site_checks': ['row_key'],
    'stg_registry__social_insurance': ['row_key'],
    'stg_rulebook__rulebooks': ['rulebook_id'],
    'stg_rulebook__components': ['rulebook_id', 'component_code'],
    'stg_rulebook__items': ['rulebook_id', 'item_code'],
    'stg_rulebook__clause_items': ['rulebook_id', 'dataset', 'clause', 'level_code'],
    'stg_rulebook__bands': ['rulebook_id', 'grade'],
    'stg_rulebook__measures': ['rulebook_id', 'grade', 'measure_code', 'trigger_code'],
    'stg_rulebook__repair_policy': ['rulebook_id'],
    'stg_rulebook__item_channels': ['rulebook_id', 'item_code', 'channel_code'],
    'stg_rulebook__item_subsumes': ['rulebook_id', 'item_code', 'subsumed_item_code'],
    'stg_rulebook__repair_blocked_grades': ['rulebook_id', 'grade'],
} -%}

{% for model, columns in grains.items() %}
    select
        '{{ model }}' as model_name,
        count(*) as repeated_count
    from (
        select {{ columns | join(', ') }}
        from {{ ref(model) }}
        group by {{ columns | join(', ') }}
        having count(*) > 1
    ) as repeated
    having count(*) > 0
    {{- '\n    union all' if not loop.last }}
{% endfor %}
