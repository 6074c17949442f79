{# Whether two values differ; null equals only null. #}
{% macro differs(a, b) -%}
    coalesce({{ a }} <> {{ b }}, ({{ a }} is null) <> ({{ b }} is null))
{%- endmacro %}
