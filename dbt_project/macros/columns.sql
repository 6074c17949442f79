{# Select lists that several models, or the parts of a union, share. #}

{# Columns of a relation, unchanged. #}
{% macro columns(relation, names) -%}
    {%- for name in names -%}
        {{ relation }}.{{ name }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{# Columns that this part of a union does not have. #}
{% macro absent(data_type, names) -%}
    {%- for name in names -%}
        cast(null as {{ data_type }}) as {{ name }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{# The columns that identify the row of a file. #}
{% macro provenance(relation) -%}
    {{ columns(relation, [
        'source', 'dataset', 'source_key', 'row_key', 'file_hash', 'sheet', 'row_number', 'received_on'
    ]) }}
{%- endmacro %}
