{# The first day on which what started on `start` no longer counts (rulebook/format.md "Windows"); null = never.

   The one place that knows when a window ends: [start, evaluation_window). `window_last_day` is 'inclusive'
   (the day one year later still counts) or 'exclusive'; only the rolling year asks. A `state` ends with its
   condition, not with a window. All three arguments are SQL expressions. #}
{% macro evaluation_window(window_code, start, window_last_day) -%}
    case
        when {{ window_code }} = 'rolling_year' and {{ window_last_day }} = 'exclusive'
            then {{ add_months(start, 12) }}
        when {{ window_code }} = 'rolling_year'
            then {{ add_days(add_months(start, 12), 1) }}
        when {{ window_code }} = 'calendar_year'
            then {{ add_months("cast(date_trunc('year', " ~ start ~ ") as date)", 12) }}
        when {{ window_code }} = 'quarter'
            then {{ add_months("cast(date_trunc('quarter', " ~ start ~ ") as date)", 3) }}
        when {{ window_code }} in ('state', 'lifetime')
            then cast(null as date)
    end
{%- endmacro %}
