-- A finding, not a fault of the build: what the data leaves for people to look at. It shows no text of a cell.
{{ config(severity='warn') }}

select
    issue_code,
    dataset,
    source_key
from {{ ref('fct_data_issues') }}
