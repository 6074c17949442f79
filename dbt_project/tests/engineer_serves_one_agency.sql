-- Ids only, no names.
{{ config(severity='warn') }}

select
    conflict_id,
    conflict_kind,
    status
from {{ ref('fct_engineer_conflicts') }}
where status in ('open', 'confirmed')
