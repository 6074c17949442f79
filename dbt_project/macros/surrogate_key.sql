{# An opaque key from columns: 32 hex digits; null and '' differ, and no two column lists share an input text. #}
{% macro surrogate_key(columns) -%}
    md5(concat_ws('|',
        {%- for column in columns %}
        coalesce(replace(cast({{ column }} as {{ dbt.type_string() }}), '|', '||'), '~')
        {%- if not loop.last %},{% endif %}
        {%- endfor %}
    ))
{%- endmacro %}
