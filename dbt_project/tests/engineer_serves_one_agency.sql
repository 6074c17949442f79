-- A finding, not a fault: conflicts that wait for a decision or are confirmed. Ids only, no names.
{{ config(severity='warn') }}

select
    conflict_id,
    conflict_kind,
    status
from {{ ref('fct_engineer_conflicts') }}
where status in ('open', 'confirmed')
