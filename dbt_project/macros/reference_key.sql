{# A number that people copy from one ledger into another, as it is compared: case and brackets do not matter. #}
{% macro reference_key(column) -%}
    translate(upper({{ column }}), '[]()【】﹝﹞', '〔〕〔〕〔〕〔〕')
{%- endmacro %}
