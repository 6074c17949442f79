{# The models with two rows that agree in the columns of their grain, in one query. Nulls agree with each other. #}
{% macro repeated_grains(grains) -%}
{% for model, columns in grains.items() %}
    select
        '{{ model }}' as model_name,
        count(*) as repeated_count
    from (
        select {{ columns | join(', ') }}
        from {{ ref(model) }}
        group by {{ columns | join(', ') }}
        having count(*) > 1
    ) as repeated
    having count(*) > 0
    {{- '\n    union all' if not loop.last }}
{% endfor %}
{%- endmacro %}
