{# The first day of the month that `month_index` numbers so. #}
{% macro month_from_index(month_number) -%}
    make_date(cast(floor(({{ month_number }}) / 12) as int), cast(({{ month_number }}) % 12 as int) + 1, 1)
{%- endmacro %}
