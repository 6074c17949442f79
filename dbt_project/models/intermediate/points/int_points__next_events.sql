-- The days on which windows of until_next end: an agency's events of the kind that the component names (format.md).
with

components as (

    select * from {{ ref('stg_rulebook__components') }}
    where window_code = 'until_next'

),

next_types as (

    select * from {{ ref('stg_rulebook__next_types') }}

),

checks as (

    select * from {{ ref('stg_inspections__checks') }}
    where checked_on is not null

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

events as (

    select * from {{ ref('int_points__fact_events') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

first_version as (

    select min(effective_from_on) as effective_from_on
    from versions

),

-- a component that names no type asks for checks of every type
ending_checks as (

    select
        components.rulebook_id,
        components.component_code,
        next_types.check_type
    from components
    left join next_types
        on
            components.rulebook_id = next_types.rulebook_id
            and components.component_code = next_types.component_code
    where components.next_fact = 'checks'

),

tasks as (

    select
        ending_checks.rulebook_id,
        ending_checks.component_code,
        coalesce(branches.agency_id, checks.agency_id) as agency_id,
        checks.task_id,
        min(checks.checked_on) as occurred_on
    from ending_checks
    inner join checks
        on ending_checks.check_type is null or ending_checks.check_type = checks.check_type
    left join branches on checks.agency_id = branches.branch_id
    group by
        ending_checks.rulebook_id,
        ending_checks.component_code,
        coalesce(branches.agency_id, checks.agency_id),
        checks.task_id

),

final as (

    select
        tasks.rulebook_id,
        tasks.component_code,
        tasks.agency_id,
        tasks.occurred_on
    from tasks
    inner join first_version on tasks.occurred_on >= first_version.effective_from_on

    union

    select
        components.rulebook_id,
        components.component_code,
        events.agency_id,
        events.occurred_on
    from components
    inner join events on components.next_fact = events.fact_code
    where components.next_fact <> 'checks'

)

select * from final
