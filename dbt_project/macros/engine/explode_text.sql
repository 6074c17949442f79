{# Select-list expression that yields one row per part of a text (null: no row). #}
{% macro explode_text(text, separator) -%}
    {{ return(adapter.dispatch('explode_text')(text, separator)) }}
{%- endmacro %}

{% macro duckdb__explode_text(text, separator) -%}
    unnest(string_split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{% macro spark__explode_text(text, separator) -%}
    explode(split({{ text }}, '{{ separator }}'))
{%- endmacro %}

{% macro default__explode_text(text, separator) -%}
    {{ no_form_for_engine('explode_text') }}
{%- endmacro %}
