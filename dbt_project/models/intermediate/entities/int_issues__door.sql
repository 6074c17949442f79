-- What the door noted on rows that it accepted (sources.md, K4, K5): personal numbers that it masked, and people whose
-- ID number fails, once per agency that answers. Of a snapshot the last drop counts: a later list shows whether it is
-- still there. It shows no number and no name: file, sheet and row lead back to them.
with

rows_masked as (

    select * from {{ ref('stg_lake__rows_masked') }}

),

people as (

    select * from {{ ref('stg_lake__people_unresolved') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

masked as (

    select
        rows_masked.source,
        rows_masked.dataset,
        rows_masked.source_key,
        coalesce(branches.agency_id, rows_masked.agency_id) as agency_id,
        rows_masked.file_hash,
        rows_masked.sheet,
        rows_masked.row_number
    from rows_masked
    left join branches on rows_masked.agency_id = branches.branch_id
    left join drops
        on
            rows_masked.source = drops.source
            and rows_masked.dataset = drops.dataset
            and rows_masked.received_on = drops.received_on
    where rows_masked.dataset not in {{ list_datasets() }} or drops.is_last

),

named as (

    select
        people.*,
        coalesce(branches.agency_id, people.agency_id, reports.agency_id) as whose_id,
        -- the ledgers give no name, and a cell with two numbers has no mask: count each of their rows as one person
        case
            when people.person_name is null then people.row_key
            else people.person_name || ' ' || coalesce(people.person_mask, '')
        end as person_reference
    from people
    left join branches on people.agency_id = branches.branch_id
    left join reports on people.report_no = reports.report_no
    left join drops
        on
            people.source = drops.source
            and people.dataset = drops.dataset
            and people.received_on = drops.received_on
    where people.dataset not in {{ list_datasets() }} or drops.is_last

),

ranked as (

    select
        *,
        row_number() over (
            partition by source, dataset, whose_id, person_reference
            order by received_on desc, {{ file_recency() }}, person_column asc
        ) as recency
    from named

),

final as (

    select distinct
        'personal_number_masked' as issue_code,
        source,
        dataset,
        source_key,
        agency_id,
        file_hash,
        sheet,
        row_number,
        'An ID or mobile number stands outside its column and is masked here: take it out at the source.' as detail
    from masked

    union all

    select
        'person_id_unresolved' as issue_code,
        source,
        dataset,
        source_key,
        whose_id as agency_id,
        file_hash,
        sheet,
        row_number,
        'The ID number of the ' || replace(person_column, '_', ' ') || ' '
        || case reason_code
            when 'length' then 'has neither 18 nor 15 characters'
            when 'date' then 'holds no date of birth'
            when 'check_character' then 'has a wrong check character'
            when 'mask' then 'is masked'
            else 'stands in one cell with another one'
        end
        || ': by itself it identifies nobody. Correct it at the source and send the row again.' as detail
    from ranked
    where recency = 1

)

select * from final
