{#
A sweep reads spans as moves: what a span brings at its first instant, it takes away at its end, and the sums of all
moves up to an instant are what holds there. `swept` maps the name of each sum to its type; a move of it is
`<name>_delta`. Not here: how sums become points (scoring.sql).
#}

{# Both moves of every span [from_instant, until) of a relation; `amounts` maps a sum's name to what a span brings. #}
{% macro span_moves(relation, keys, until, amounts, swept) -%}
    select
        {{ keys | join(',\n        ') }},
        from_instant as instant,
        {{ deltas(amounts, swept) }}
    from {{ relation }}

    union all

    select
        {{ keys | join(',\n        ') }},
        {{ until }} as instant,
        {{ deltas(amounts, swept, sign='-') }}
    from {{ relation }}
    where {{ until }} < {{ never() }}
{%- endmacro %}

{# Of one kind of moves: what it changes of each sum, 0 where `amounts` does not name it. #}
{% macro deltas(amounts, swept, sign='') -%}
    {%- for name in swept -%}
        {{ sign ~ '(' ~ amounts[name] ~ ')' if name in amounts else 0 }} as {{ name }}_delta
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{# The moves of one instant together. #}
{% macro summed_deltas(swept) -%}
    {%- for name, data_type in swept.items() -%}
        cast(sum({{ name }}_delta) as {{ data_type }}) as {{ name }}_delta
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{# What holds from an instant on: every sum over a window that runs from the first instant to it. #}
{% macro running_sums(swept, running) -%}
    {%- for name, data_type in swept.items() -%}
        cast(sum({{ name }}_delta) over {{ running }} as {{ data_type }}) as {{ name }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}
