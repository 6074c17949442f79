{# A code as the public may read it: the door's stand-in for somebody's number, `#` and 24 hex digits, is not shown. #}
{% macro public_code(code) -%}
    {{ return(adapter.dispatch('public_code')(code)) }}
{%- endmacro %}

{% macro duckdb__public_code(code) -%}
    regexp_replace({{ code }}, '#[0-9A-F]{24}', '***', 'g')
{%- endmacro %}

{% macro spark__public_code(code) -%}
    regexp_replace({{ code }}, '#[0-9A-F]{24}', '***')
{%- endmacro %}

{% macro default__public_code(code) -%}
    {{ no_form_for_engine('public_code') }}
{%- endmacro %}
