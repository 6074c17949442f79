-- Ledger lines of the warehouse's own events, each in the window of its component (format.md, "Facts").
{{ config(materialized='view') }}

with

events as (

    select * from {{ ref('int_points__fact_events') }}

),

fact_items as (

    select * from {{ ref('int_points__fact_items') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

next_events as (

    select * from {{ ref('int_points__next_events') }}

),

started_events as (

    select
        {{ surrogate_key(['events.agency_id', 'events.fact_code', 'events.event_key', 'fact_items.item_code']) }}
            as line_id,
        events.agency_id,
        fact_items.item_code,
        fact_items.component_code,
        fact_items.rulebook_id,
        cast(fact_items.points * fact_items.sign as decimal(9, 2)) as single_points,
        fact_items.repeat_factor,
        fact_items.effect,
        fact_items.effect_grade,
        events.occurred_on,
        fact_items.window_code,
        fact_items.window_last_day,
        starts.starts_on,
        events.source,
        events.dataset,
        events.source_key,
        events.file_hash,
        events.sheet,
        events.row_number,
        events.document_no,
        events.event_key,
        -- each check is an occasion under its own number
        case when events.fact_code = 'checks' then events.event_key end as task_id
    from events
    -- an agency that is neither listed nor named by evidence has no score for an event to move
    inner join starts on events.agency_id = starts.agency_id
    inner join fact_items
        on events.rulebook_id = fact_items.rulebook_id and events.fact_code = fact_items.fact_code

),

acts as (

    select
        rulebook_id,
        component_code,
        agency_id,
        occurred_on as act_on
    from started_events
    where window_code = 'until_next'

),

{{ next_event_days('acts', 'next_events') }},

windowed_events as (

    select
        started_events.*,
        {{ evaluation_window(
            'started_events.window_code', 'started_events.occurred_on', 'started_events.window_last_day',
            'next_event_days.next_on', 'started_events.starts_on'
        ) }} as valid_until_on
    from started_events
    left join next_event_days
        on
            started_events.window_code = 'until_next'
            and started_events.rulebook_id = next_event_days.rulebook_id
            and started_events.component_code = next_event_days.component_code
            and started_events.agency_id = next_event_days.agency_id
            and started_events.occurred_on = next_event_days.act_on

),

repeating_items as (

    select distinct item_code
    from fact_items
    where repeat_factor is not null

),

{{ repeated_lines('windowed_events', 'occurred_on') }},

final as (

    select
        windowed_events.line_id,
        windowed_events.agency_id,
        windowed_events.item_code,
        windowed_events.component_code,
        windowed_events.rulebook_id,
        {{ repeated_points('windowed_events') }} as points,
        windowed_events.effect,
        windowed_events.effect_grade,
        windowed_events.occurred_on as valid_from_on,
        windowed_events.valid_until_on,
        windowed_events.source,
        windowed_events.dataset,
        windowed_events.source_key,
        windowed_events.file_hash,
        windowed_events.sheet,
        windowed_events.row_number,
        windowed_events.document_no,
        'fact' as starts_as,
        case when windowed_events.window_code = 'until_next' then 'fact' else 'expiry' end as ends_as,
        coalesce(windowed_events.task_id, windowed_events.line_id) as occasion_key,
        windowed_events.event_key,
        {{ is_repeat('windowed_events') }} as is_repeat
    from windowed_events
    left join repeated on windowed_events.line_id = repeated.line_id

)

select * from final
