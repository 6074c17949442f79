{# Today in Asia/Shanghai. It is UTC+8 all year, so no time zone data is needed. Only for the live grade view. #}
{% macro today() -%}
    {{ return(adapter.dispatch('today')()) }}
{%- endmacro %}

{% macro duckdb__today() -%}
    cast(make_timestamp(epoch_us(now()) + cast(8 as bigint) * 3600000000) as date)
{%- endmacro %}

{% macro spark__today() -%}
    cast(from_utc_timestamp(to_utc_timestamp(current_timestamp(), current_timezone()), '+08:00') as date)
{%- endmacro %}

{% macro default__today() -%}
    {{ no_form_for_engine('today') }}
{%- endmacro %}
