{# Whole days from one date to another. #}
{% macro days_between(from_on, until_on) -%}
    cast({{ dbt.datediff(from_on, until_on, 'day') }} as integer)
{%- endmacro %}

{# The first day of the month of a day. #}
{% macro month_start(day) -%}
    cast(date_trunc('month', {{ day }}) as date)
{%- endmacro %}

{# Months since year 0: consecutive months differ by 1. #}
{% macro month_index(day) -%}
    cast(extract(year from {{ day }}) * 12 + extract(month from {{ day }}) - 1 as integer)
{%- endmacro %}
