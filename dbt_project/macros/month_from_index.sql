{# The first day of the month with this `month_index`. #}
{% macro month_from_index(month_number) -%}
    make_date(cast(floor(({{ month_number }}) / 12) as int), cast(({{ month_number }}) % 12 as int) + 1, 1)
{%- endmacro %}
