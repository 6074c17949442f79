-- Events that a component's sum is divided by. An event is in the divisor for as long as it would be in the component's
-- window under the version of the day.
with

events as (

    select * from {{ ref('int_points__fact_events') }}

),

next_events as (

    select * from {{ ref('int_points__next_events') }}

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
        rules.owner_rulebook_id,
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

divisor_events as (

    select
        starts.agency_no,
        starts.agency_id,
        starts.starts_on,
        divided.component_code,
        divided.owner_rulebook_id as rulebook_id,
        divided.version_number,
        divided.window_code,
        divided.window_last_day,
        divided.version_from_instant,
        divided.version_until_instant,
        events.event_key,
        events.occurred_on as act_on
    from divided
    inner join events on divided.divisor_fact = events.fact_code
    inner join starts on events.agency_id = starts.agency_id

),

acts as (

    select
        rulebook_id,
        component_code,
        agency_id,
        act_on
    from divisor_events
    where window_code = 'until_next'

),

{{ next_event_days('acts', 'next_events') }},

windowed as (

    select
        divisor_events.*,
        {{ evaluation_window(
            'divisor_events.window_code', 'divisor_events.act_on', 'divisor_events.window_last_day',
            'next_event_days.next_on', 'divisor_events.starts_on'
        ) }} as window_until_on
    from divisor_events
    left join next_event_days
        on
            divisor_events.window_code = 'until_next'
            and divisor_events.rulebook_id = next_event_days.rulebook_id
            and divisor_events.component_code = next_event_days.component_code
            and divisor_events.agency_id = next_event_days.agency_id
            and divisor_events.act_on = next_event_days.act_on

),

dividing as (

    select
        agency_no,
        component_code,
        version_number,
        event_key,
        greatest({{ instant('act_on', 'fact') }}, version_from_instant) as from_instant,
        least(
            coalesce(
                case
                    when window_code = 'until_next' then {{ instant('window_until_on', 'fact') }}
                    else {{ instant('window_until_on', 'expiry') }}
                end,
                {{ end_of_time() }}
            ),
            version_until_instant
        ) as until_instant
    from windowed

),

final as (

    select * from dividing
    where from_instant < until_instant

)

select * from final
