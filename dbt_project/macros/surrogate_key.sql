{# An opaque key from columns: 32 hex digits. Each text stands behind its length, so no two column lists share an input. #}
{% macro surrogate_key(columns) -%}
    {%- set text = dbt.type_string() -%}
    md5(concat(
        {%- for column in columns %}
        coalesce(cast(length(cast({{ column }} as {{ text }})) as {{ text }}) || ':' || cast({{ column }} as {{ text }}), '-')
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ))
{%- endmacro %}
