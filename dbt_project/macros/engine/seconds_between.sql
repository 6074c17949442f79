{# Whole seconds between two timestamps. #}
{% macro seconds_between(from_at, until_at) -%}
    {{ return(adapter.dispatch('seconds_between')(from_at, until_at)) }}
{%- endmacro %}

{% macro duckdb__seconds_between(from_at, until_at) -%}
    cast(date_diff('second', {{ from_at }}, {{ until_at }}) as bigint)
{%- endmacro %}

{% macro spark__seconds_between(from_at, until_at) -%}
    cast(unix_timestamp({{ until_at }}) - unix_timestamp({{ from_at }}) as bigint)
{%- endmacro %}

{% macro default__seconds_between(from_at, until_at) -%}
    {{ no_form_for_engine('seconds_between') }}
{%- endmacro %}
