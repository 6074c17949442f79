{{ config(severity='warn') }}

select
    lead_id,
    lead_kind,
    agency_id
from {{ ref('fct_leads') }}
where status = 'open'
