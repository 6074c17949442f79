-- The agency was checked on that day, whatever was found and whatever was decided later.
with

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

final as (

    select distinct
        coalesce(branches.agency_id, checks.agency_id) as agency_id,
        checks.task_id,
        checks.check_type,
        checks.checked_on,
        cast(extract(year from checks.checked_on) as int) as calendar_year,
        checks.check_type in ('double_random', 'special') as is_supervision
    from checks
    cross join build
    left join branches on checks.agency_id = branches.branch_id
    where checks.checked_on <= build.as_of_on

)

select * from final
