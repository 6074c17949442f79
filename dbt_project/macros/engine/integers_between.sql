{# In a select list: one row per integer from the first to the last, both included. #}
{% macro integers_between(first, last) -%}
    {{ return(adapter.dispatch('integers_between')(first, last)) }}
{%- endmacro %}

{% macro duckdb__integers_between(first, last) -%}
    cast(unnest(generate_series(cast({{ first }} as bigint), cast({{ last }} as bigint))) as int)
{%- endmacro %}

{% macro spark__integers_between(first, last) -%}
    -- sequence() counts down where the last is below the first
    explode(
        case
            when cast({{ last }} as int) >= cast({{ first }} as int)
                then sequence(cast({{ first }} as int), cast({{ last }} as int))
            else cast(array() as array<int>)
        end
    )
{%- endmacro %}

{% macro default__integers_between(first, last) -%}
    {{ no_form_for_engine('integers_between') }}
{%- endmacro %}
