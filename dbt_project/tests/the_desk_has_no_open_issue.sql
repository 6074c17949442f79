-- No text of a cell stands here.
{{ config(severity='warn') }}

select
    issue_code,
    dataset,
    source_key
from {{ ref('fct_data_issues') }}
