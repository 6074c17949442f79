-- The days on which until_next windows end: an agency's events of the kind that the component names (format.md).
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

-- a component that names no type means checks of every type
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

{{ task_days('ending_checks', ['rulebook_id', 'component_code']) }},

final as (

    select
        task_days.rulebook_id,
        task_days.component_code,
        task_days.agency_id,
        task_days.occurred_on
    from task_days
    inner join first_version on task_days.occurred_on >= first_version.effective_from_on

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
