{# Select lists that several models, or the parts of a union, write alike. #}

{# Columns of a relation as they are. #}
{% macro columns(relation, names) -%}
    {%- for name in names -%}
        {{ relation }}.{{ name }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{# Columns that a part of a union does not have. #}
{% macro absent(data_type, names) -%}
    {%- for name in names -%}
        cast(null as {{ data_type }}) as {{ name }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{# Which row of which file a row is. #}
{% macro provenance(relation) -%}
    {{ columns(relation, [
        'source', 'dataset', 'source_key', 'row_key', 'file_hash', 'sheet', 'row_number', 'received_on'
    ]) }}
{%- endmacro %}
