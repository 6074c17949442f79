{# Numbers the runs of rows in order: a row that `is_same` as the row before it belongs to that row's run. #}
{% macro run_number(is_same, partition_by, order_by) -%}
    cast(
        sum(case when {{ is_same }} then 0 else 1 end) over (
            partition by {{ partition_by }} order by {{ order_by }} rows unbounded preceding
        ) as bigint
    )
{%- endmacro %}
