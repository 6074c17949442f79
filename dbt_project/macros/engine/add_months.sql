{# A date plus n months (n may be an expression). Where that month has no such day, its last day: 29 Feb + 12 months = 28 Feb. #}
{% macro add_months(day, n) -%}
    {{ return(adapter.dispatch('add_months')(day, n)) }}
{%- endmacro %}

{% macro duckdb__add_months(day, n) -%}
    cast({{ day }} + to_months(cast({{ n }} as integer)) as date)
{%- endmacro %}

{% macro spark__add_months(day, n) -%}
    add_months({{ day }}, {{ n }})
{%- endmacro %}

{% macro default__add_months(day, n) -%}
    {{ no_form_for_engine('add_months') }}
{%- endmacro %}
