{# Whether the object of an identity decision is `<USCC>=<USCC>`. A USCC has 18 characters and no colon; a colon would
   mean the dataset of a complaint. #}
{% macro names_two_codes(object_id) -%}
    (length({{ object_id }}) = 37 and substring({{ object_id }}, 19, 1) = '=' and {{ object_id }} not like '%:%')
{%- endmacro %}
