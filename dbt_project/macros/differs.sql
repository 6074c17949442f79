{# Whether two values differ, null being a value of its own. #}
{% macro differs(a, b) -%}
    coalesce({{ a }} <> {{ b }}, ({{ a }} is null) <> ({{ b }} is null))
{%- endmacro %}
