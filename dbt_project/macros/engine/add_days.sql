{# A date plus n days (n may be an expression). #}
{% macro add_days(day, n) -%}
    {{ return(adapter.dispatch('add_days')(day, n)) }}
{%- endmacro %}

{% macro duckdb__add_days(day, n) -%}
    cast({{ day }} + cast({{ n }} as integer) as date)
{%- endmacro %}

{% macro spark__add_days(day, n) -%}
    date_add({{ day }}, cast({{ n }} as int))
{%- endmacro %}

{% macro default__add_days(day, n) -%}
    {{ no_form_for_engine('add_days') }}
{%- endmacro %}
