{# Of several entries that map a clause to an item, which speaks: the one for the clause before the one for any, then the
   one for the dataset before the one for any. #}
{% macro clause_item_order(clause_items) -%}
    case when {{ clause_items }}.clause = '*' then 1 else 0 end,
    case when {{ clause_items }}.dataset = '*' then 1 else 0 end,
    {{ clause_items }}.item_code
{%- endmacro %}
