{# Aggregate: the texts of a group, joined in the order of the columns given. The columns must order the group uniquely. #}
{% macro joined_text(expression, separator, order_by) -%}
    {{ return(adapter.dispatch('joined_text')(expression, separator, order_by)) }}
{%- endmacro %}

{% macro duckdb__joined_text(expression, separator, order_by) -%}
    string_agg({{ expression }}, '{{ separator }}' order by {{ order_by | join(', ') }})
{%- endmacro %}

{% macro spark__joined_text(expression, separator, order_by) -%}
    array_join(
        transform(
            array_sort(collect_list(struct({{ order_by | join(', ') }}, {{ expression }} as joined_text_element))),
            element -> element.joined_text_element
        ),
        '{{ separator }}'
    )
{%- endmacro %}

{% macro default__joined_text(expression, separator, order_by) -%}
    {{ no_form_for_engine('joined_text') }}
{%- endmacro %}
