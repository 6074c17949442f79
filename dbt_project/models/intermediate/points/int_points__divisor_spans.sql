-- Events that a component's sum is divided by: one is in the divisor as long as it would be in the component's window
-- under the version of the day.
with

events as (

    select * from {{ ref('int_points__fact_events') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

rules as (

    select * from {{ ref('int_points__component_rules') }}

),

policies as (

    select * from {{ ref('stg_rulebook__repair_policy') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

divided as (

    select
        rules.version_number,
        rules.component_code,
        rules.divisor_fact,
        case when policies.natural_repair = 'none' then 'lifetime' else rules.window_code end as window_code,
        versions.window_last_day,
        versions.from_instant as version_from_instant,
        versions.until_instant as version_until_instant
    from rules
    inner join versions on rules.version_number = versions.version_number
    left join policies on versions.rulebook_id = policies.rulebook_id
    where rules.aggregation = 'sum_over_count' and rules.divisor_fact is not null

),

dividing as (

    select
        starts.agency_no,
        divided.component_code,
        divided.version_number,
        events.event_key,
        greatest({{ instant('events.occurred_on', 'fact') }}, divided.version_from_instant) as from_instant,
        least(
            coalesce(
                {{ instant(
                    evaluation_window('divided.window_code', 'events.occurred_on', 'divided.window_last_day'), 'expiry'
                ) }},
                {{ never() }}
            ),
            divided.version_until_instant
        ) as until_instant
    from divided
    inner join events on divided.divisor_fact = events.fact_code
    inner join starts on events.agency_id = starts.agency_id

),

final as (

    select * from dividing
    where from_instant < until_instant

)

select * from final
