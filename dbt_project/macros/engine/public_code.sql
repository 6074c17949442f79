{# A code for the public: hides the `#` and 24 hex digits that the door puts in place of a personal number. #}
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
