with

directory_issues as (

    select * from {{ ref('int_issues__directory') }}

),

evidence_issues as (

    select * from {{ ref('int_issues__evidence') }}

),

repair_issues as (

    select * from {{ ref('int_issues__repairs') }}

),

{% set columns = [
    'issue_code', 'source', 'dataset', 'source_key', 'agency_id', 'file_hash', 'sheet', 'row_number', 'detail'
] -%}

-- one thing said twice of one row is one issue
issues as (

    select {{ columns | join(', ') }} from directory_issues
    union
    select {{ columns | join(', ') }} from evidence_issues
    union
    select {{ columns | join(', ') }} from repair_issues

),

final as (

    select
        {{ surrogate_key(columns) }} as issue_id,
        issue_code,
        source,
        dataset,
        source_key,
        agency_id,
        file_hash,
        sheet,
        cast(row_number as int) as row_number,
        detail
    from issues

)

select * from final
