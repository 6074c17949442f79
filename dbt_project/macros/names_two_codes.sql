{# Whether an identity decision's object is `<USCC>=<USCC>`: a USCC has 18 characters, and no colon, which would end
   the dataset's name of a complaint. #}
{% macro names_two_codes(object_id) -%}
    (length({{ object_id }}) = 37 and substring({{ object_id }}, 19, 1) = '=' and {{ object_id }} not like '%:%')
{%- endmacro %}
