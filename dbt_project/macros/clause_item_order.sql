{# The order in which entries that map a clause to an item apply: an entry for the clause before one for any clause, then
   an entry for the dataset before one for any dataset. #}
{% macro clause_item_order(clause_items) -%}
    case when {{ clause_items }}.clause = '*' then 1 else 0 end,
    case when {{ clause_items }}.dataset = '*' then 1 else 0 end,
    {{ clause_items }}.item_code
{%- endmacro %}
