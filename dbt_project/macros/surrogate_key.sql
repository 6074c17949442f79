{# An opaque key from columns: 32 hex digits. Each text is preceded by its length, so different column lists never give the same input. #}
{% macro surrogate_key(columns) -%}
    {%- set text = dbt.type_string() -%}
    md5(concat(
        {%- for column in columns %}
        coalesce(cast(length(cast({{ column }} as {{ text }})) as {{ text }}) || ':' || cast({{ column }} as {{ text }}), '-')
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ))
{%- endmacro %}
