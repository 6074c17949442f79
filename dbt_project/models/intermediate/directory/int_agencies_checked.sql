-- An inspection counts once it has ended: nothing was found, or the findings have been decided. An on-site check ends
-- on its own day.
with

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

evidence as (

    select * from {{ ref('int_points__evidence') }}
    where dataset = 'checks'

),

site_checks as (

    select * from {{ ref('stg_registry__site_checks') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

ended as (

    select
        checks.agency_id,
        checks.checked_on
    from checks
    inner join evidence on checks.row_key = evidence.row_key
    where evidence.is_decided or checks.result_code = 'passed'

    union all

    select
        agency_id,
        checked_on
    from site_checks

),

final as (

    select
        coalesce(branches.agency_id, ended.agency_id) as agency_id,
        max(ended.checked_on) as last_checked_on
    from ended
    cross join build
    left join branches on ended.agency_id = branches.branch_id
    where ended.checked_on <= build.as_of_on
    group by coalesce(branches.agency_id, ended.agency_id)

)

select * from final
