{#
A sweep turns spans into moves: a span adds its amount at its first instant and takes it away at its end; the sum of all
moves up to an instant holds at that instant. `swept` maps the name of each sum to its type; its moves are in
`<name>_delta`. Not here: how sums become points (scoring.sql).

{# Both moves of every span [from_instant, until) of a relation; `amounts` maps a sum's name to the span's amount. #}
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
    where {{ until }} < {{ end_of_time() }}
{%- endmacro %}

{# The change of each sum in one kind of move, 0 for sums that `amounts` does not name. #}
{% macro deltas(amounts, swept, sign='') -%}
    {%- for name in swept -%}
        {{ sign ~ '(' ~ amounts[name] ~ ')' if name in amounts else 0 }} as {{ name }}_delta
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{# All moves of one instant, added up. #}
{% macro summed_deltas(swept) -%}
    {%- for name, data_type in swept.items() -%}
        cast(sum({{ name }}_delta) as {{ data_type }}) as {{ name }}_delta
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}

{#
How much a cap takes away from the sum of each group of lines, at each change: all CTEs up to `final`, from `spans` of
lines, `rules` with the cap of each version, and `versions`. `keys` name a group, `rule_key` is the key that has the rule;
`inner` is a relation of what other caps took away before (delta_hundredths). Only groups whose lines together could exceed
the cap are swept.
#}
{% macro capped_sums(keys, rule_key, cap, inner=none) -%}
{%- set swept = {'summed_hundredths': 'bigint', 'version_number': 'bigint'} -%}
{%- set same_group = [] -%}
{%- for key in keys -%}
    {%- do same_group.append('members.' ~ key ~ ' = groups.' ~ key) -%}
{%- endfor -%}
capped_rules as (

    select
        {{ rule_key }},
        min({{ cap }}) as least_cap_hundredths
    from rules
    where {{ cap }} is not null
    group by {{ rule_key }}

),

groups as (

    select {{ columns('spans', keys) }}
    from spans
    inner join capped_rules on spans.{{ rule_key }} = capped_rules.{{ rule_key }}
    group by {{ columns('spans', keys) }}, capped_rules.least_cap_hundredths
    having sum(abs(spans.points_hundredths)) > capped_rules.least_cap_hundredths

),

grouped as (

    select
        {{ columns('members', keys) }},
        members.points_hundredths,
        members.from_instant,
        members.standing_until_instant
    from spans as members
    inner join groups
        on {{ same_group | join(' and ') }}

),

moves as (

    {{ span_moves('grouped', keys, 'standing_until_instant', {'summed_hundredths': 'points_hundredths'}, swept) }}

    union all

    select
        {{ columns('groups', keys) }},
        versions.from_instant as instant,
        {{ deltas({'version_number': '1'}, swept) }}
    from groups
    cross join versions
    {%- if inner %}

    union all

    select
        {{ columns('members', keys) }},
        members.instant,
        {{ deltas({'summed_hundredths': 'members.delta_hundredths'}, swept) }}
    from {{ inner }} as members
    inner join groups
        on {{ same_group | join(' and ') }}
    {%- endif %}

),

steps as (

    select
        {{ keys | join(',\n        ') }},
        instant,
        {{ summed_deltas(swept) }}
    from moves
    group by {{ keys | join(', ') }}, instant

),

summed as (

    select
        {{ keys | join(',\n        ') }},
        instant,
        {{ running_sums(swept, 'running') }}
    from steps
    window running as (partition by {{ keys | join(', ') }} order by instant rows unbounded preceding)

),

capped as (

    select
        {{ columns('summed', keys) }},
        summed.instant,
        {{ clipped('summed.summed_hundredths', 'rules.' ~ cap) }} - summed.summed_hundredths
            as adjustment_hundredths
    from summed
    inner join rules
        on summed.version_number = rules.version_number and summed.{{ rule_key }} = rules.{{ rule_key }}

),

{{ changes_of('capped', keys) }}
{%- endmacro %}

{# The last CTE, `final`: the instants at which adjustment_hundredths of a relation of steps changes, and by how much. #}
{% macro changes_of(relation, keys) -%}
compared as (

    select
        *,
        coalesce(
            lag(adjustment_hundredths) over (partition by {{ keys | join(', ') }} order by instant), 0
        ) as previous_hundredths
    from {{ relation }}

),

final as (

    select
        {{ keys | join(',\n        ') }},
        instant,
        adjustment_hundredths,
        adjustment_hundredths - previous_hundredths as delta_hundredths
    from compared
    where adjustment_hundredths <> previous_hundredths

)
{%- endmacro %}

{# The sums that hold from an instant on: over a window from the first instant to this one. #}
{% macro running_sums(swept, running) -%}
    {%- for name, data_type in swept.items() -%}
        cast(sum({{ name }}_delta) over {{ running }} as {{ data_type }}) as {{ name }}
        {%- if not loop.last %},
        {% endif %}
    {%- endfor %}
{%- endmacro %}
