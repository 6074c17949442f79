{# The first day on which an act that started on `start` no longer counts (rulebook/format.md "Windows"); null = never.
   The only definition of a window's end: [start, evaluation_window). `window_last_day` is 'inclusive' (the day one year
   later still counts) or 'exclusive' and is used only by the rolling year. `next_on` is the day of the next event, for
   until_next (see next_event_days); `starts_on` is the agency's start, for own_year. A `state` ends with its condition,
   not with a window. All arguments are SQL expressions. #}
{% macro evaluation_window(window_code, start, window_last_day, next_on, starts_on) -%}
    case
        when {{ window_code }} = 'rolling_year' and {{ window_last_day }} = 'exclusive'
            then {{ add_months(start, 12) }}
        when {{ window_code }} = 'rolling_year'
            then {{ add_days(add_months(start, 12), 1) }}
        when {{ window_code }} = 'calendar_year'
            then {{ add_months("cast(date_trunc('year', " ~ start ~ ") as date)", 12) }}
        when {{ window_code }} = 'quarter'
            then {{ add_months("cast(date_trunc('quarter', " ~ start ~ ") as date)", 3) }}
        -- an event on or before the start leaves an empty window
        when {{ window_code }} = 'until_next'
            then case when {{ next_on }} < {{ start }} then {{ start }} else {{ next_on }} end
        when {{ window_code }} = 'own_year'
            then
                case
                    when {{ anniversary(starts_on, years_between(starts_on, start)) }} > {{ start }}
                        then {{ anniversary(starts_on, years_between(starts_on, start)) }}
                    else {{ anniversary(starts_on, '(' ~ years_between(starts_on, start) ~ ' + 1)') }}
                end
        when {{ window_code }} in ('state', 'lifetime')
            then cast(null as date)
    end
{%- endmacro %}

{# Calendar years from a day to a later one, at least 1: a start is not its own anniversary. #}
{% macro years_between(day, later_day) -%}
    greatest(cast(extract(year from {{ later_day }}) - extract(year from {{ day }}) as integer), 1)
{%- endmacro %}

{# The day `years` years after a day; 29 February is 1 March in common years. #}
{% macro anniversary(day, years) -%}
    case
        when extract(month from {{ day }}) = 2 and extract(day from {{ day }}) = 29
            then
                case
                    when extract(day from {{ add_months(day, '(12 * ' ~ years ~ ')') }}) = 29
                        then {{ add_months(day, '(12 * ' ~ years ~ ')') }}
                    else {{ add_days(add_months(day, '(12 * ' ~ years ~ ')'), 1) }}
                end
        else {{ add_months(day, '(12 * ' ~ years ~ ')') }}
    end
{%- endmacro %}

{#
The end of an until_next window: two CTEs, `days_ahead` and `next_event_days`, from a relation of acts (rulebook_id,
component_code, agency_id, act_on) and int_points__next_events. Acts and events are sorted by day together, so one pass is
enough, however many there are.
#}
{% macro next_event_days(acts, next_events) -%}
days_ahead as (

    select
        rulebook_id,
        component_code,
        agency_id,
        day_on,
        is_act,
        min(event_on) over (
            partition by rulebook_id, component_code, agency_id
            order by {{ day_number('day_on') }}
            range between 1 following and unbounded following
        ) as next_on
    from (
        select
            rulebook_id,
            component_code,
            agency_id,
            act_on as day_on,
            true as is_act,
            cast(null as date) as event_on
        from {{ acts }}
        union all
        select
            rulebook_id,
            component_code,
            agency_id,
            occurred_on as day_on,
            false as is_act,
            occurred_on as event_on
        from {{ next_events }}
    ) as days

),

next_event_days as (

    select distinct
        rulebook_id,
        component_code,
        agency_id,
        day_on as act_on,
        next_on
    from days_ahead
    where is_act

)
{%- endmacro %}
