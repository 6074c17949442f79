{# The last date of the calendar, for a span without an end: to compare spans, and to take the earliest of several ends. #}
{% macro open_end() -%}
    cast('9999-12-31' as date)
{%- endmacro %}
