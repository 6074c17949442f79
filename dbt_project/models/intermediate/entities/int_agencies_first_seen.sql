-- The first row of any dataset that names each agency; a row that names a branch names its agency (credit.md Q28). A
-- new kind of row that names agencies is added to `naming`.
with

agencies_named as (

    select * from {{ ref('stg_lake__agencies_named') }}

),

complaints as (

    select * from {{ ref('int_complaints_matched') }}

),

rows_quarantined as (

    select * from {{ ref('int_rows_named') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

naming as (

    select
        agency_id,
        first_received_on as received_on
    from agencies_named

    union all

    select
        agency_id,
        first_received_on as received_on
    from complaints
    where agency_id is not null

    union all

    select
        agency_id,
        received_on
    from rows_quarantined
    where is_named_itself

),

final as (

    select
        coalesce(branches.agency_id, naming.agency_id) as agency_id,
        min(naming.received_on) as first_seen_on
    from naming
    cross join build
    left join branches on naming.agency_id = branches.branch_id
    where naming.received_on <= build.as_of_on
    group by coalesce(branches.agency_id, naming.agency_id)

)

select * from final
