{# Days as whole numbers, and whole-number division: the sweep needs both, and engines write them differently. #}

{% macro day_number(day) -%}
    {{ return(adapter.dispatch('day_number')(day)) }}
{%- endmacro %}

{% macro duckdb__day_number(day) -%}
    cast({{ day }} - date '1970-01-01' as integer)
{%- endmacro %}

{% macro spark__day_number(day) -%}
    datediff({{ day }}, date '1970-01-01')
{%- endmacro %}

{% macro default__day_number(day) -%}
    {{ no_form_for_engine('day_number') }}
{%- endmacro %}

{% macro day_of_number(number) -%}
    {{ return(adapter.dispatch('day_of_number')(number)) }}
{%- endmacro %}

{% macro duckdb__day_of_number(number) -%}
    (date '1970-01-01' + cast({{ number }} as integer))
{%- endmacro %}

{% macro spark__day_of_number(number) -%}
    date_add(date '1970-01-01', cast({{ number }} as int))
{%- endmacro %}

{% macro default__day_of_number(number) -%}
    {{ no_form_for_engine('day_of_number') }}
{%- endmacro %}

{# a / b without the remainder, rounded towards zero; both are whole. #}
{% macro whole_quotient(a, b) -%}
    {{ return(adapter.dispatch('whole_quotient')(a, b)) }}
{%- endmacro %}

{% macro duckdb__whole_quotient(a, b) -%}
    (({{ a }}) // ({{ b }}))
{%- endmacro %}

{% macro spark__whole_quotient(a, b) -%}
    (({{ a }}) div ({{ b }}))
{%- endmacro %}

{% macro default__whole_quotient(a, b) -%}
    {{ no_form_for_engine('whole_quotient') }}
{%- endmacro %}
