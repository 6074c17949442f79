{# The last date of the calendar stands where a span has no end, for comparing and for the least of several ends. #}
{% macro open_end() -%}
    cast('9999-12-31' as date)
{%- endmacro %}
