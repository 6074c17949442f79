-- A finding about agencies, not a fault of the data: conflicts that are open or confirmed. Ids only, no names.
{{ config(severity='warn') }}

select
    conflict_id,
    conflict_kind,
    status
from {{ ref('fct_engineer_conflicts') }}
where status in ('open', 'confirmed')
