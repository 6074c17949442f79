{#
Sums that change by the day: spans of days become moves, and moves the sum that holds from each day on. Sums by instants
within a day are in sweep.sql.
#}

{# What spans of days [from_on, until_on) bring on their first day and take away on their end: a step of a query. #}
{% macro day_moves(relation, keys, amounts) -%}
    {%- for moved_on, sign in [('from_on', ''), ('until_on', '-')] -%}
    select
        {{ keys | join(',\n        ') }},
        {{ moved_on }} as moved_on
        {%- for amount in amounts %},
        {{ sign }}{{ amount }} as {{ amount }}
        {%- endfor %}
    from {{ relation }}
    {%- if not loop.last %}

    union all

    {% endif %}
    {%- endfor %}
{%- endmacro %}

{# What the score takes away from what adds up to it, on each day of a history on which it changes; and whether a day
has no score. A step of a query. #}
{% macro score_moves(history) -%}
    select
        agency_id,
        valid_from_on as moved_on,
        coalesce(lag(score) over (partition by agency_id order by valid_from_on), 0) - coalesce(score, 0) as points,
        case when score is null then 1 else 0 end
        - coalesce(
            lag(case when score is null then 1 else 0 end) over (partition by agency_id order by valid_from_on), 0
        ) as unscored_count
    from {{ history }}
{%- endmacro %}

{# The sums of the CTE `moves` after each day on which one moves: the CTEs `days` and `compared`. #}
{% macro compared_sums() -%}
days as (

    select
        agency_id,
        moved_on,
        sum(points) as points,
        sum(unscored_count) as unscored_count
    from moves
    group by agency_id, moved_on

),

compared as (

    select
        agency_id,
        moved_on,
        sum(points) over daily as points,
        sum(unscored_count) over daily as unscored_count
    from days
    window daily as (partition by agency_id order by moved_on rows unbounded preceding)

)
{%- endmacro %}
