-- What a component's cap per check takes away from each occasion, as it changes, of what its items' caps leave. Only
-- occasions whose lines together could exceed the cap are swept.
{% set swept = {'summed_hundredths': 'bigint', 'version_number': 'bigint'} %}
{% set keys = ['agency_no', 'component_code', 'occasion_key'] %}

with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where counted_by is null and standing_until_instant > from_instant and points_hundredths <> 0

),

check_adjustments as (

    select * from {{ ref('int_points__check_adjustments') }}

),

item_cap_shares as (

    select * from {{ ref('int_points__item_cap_shares') }}

),

rules as (

    select * from {{ ref('int_points__component_rules') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

capped_components as (

    select
        component_code,
        min(check_cap_hundredths) as least_cap_hundredths
    from rules
    where check_cap_hundredths is not null
    group by component_code

),

groups as (

    select {{ columns('spans', keys) }}
    from spans
    inner join capped_components on spans.component_code = capped_components.component_code
    group by {{ columns('spans', keys) }}, capped_components.least_cap_hundredths
    having sum(abs(spans.points_hundredths)) > capped_components.least_cap_hundredths

),

grouped as (

    select
        {{ columns('spans', keys) }},
        spans.points_hundredths,
        spans.from_instant,
        spans.standing_until_instant
    from spans
    inner join groups
        on
            spans.agency_no = groups.agency_no
            and spans.component_code = groups.component_code
            and spans.occasion_key = groups.occasion_key

),

item_moves as (

    select
        {{ columns('check_adjustments', keys) }},
        check_adjustments.instant,
        check_adjustments.delta_hundredths
    from check_adjustments

    union all

    select
        {{ columns('item_cap_shares', keys) }},
        item_cap_shares.instant,
        item_cap_shares.delta_hundredths
    from item_cap_shares

),

moves as (

    {{ span_moves('grouped', keys, 'standing_until_instant', {'summed_hundredths': 'points_hundredths'}, swept) }}

    union all

    select
        {{ columns('item_moves', keys) }},
        item_moves.instant,
        {{ deltas({'summed_hundredths': 'item_moves.delta_hundredths'}, swept) }}
    from item_moves
    inner join groups
        on
            item_moves.agency_no = groups.agency_no
            and item_moves.component_code = groups.component_code
            and item_moves.occasion_key = groups.occasion_key

    union all

    select
        {{ columns('groups', keys) }},
        versions.from_instant as instant,
        {{ deltas({'version_number': '1'}, swept) }}
    from groups
    cross join versions

),

{{ capped_changes(keys, 'component_code', 'check_cap_hundredths', swept) }}

select * from final
