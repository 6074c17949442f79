-- What an item's cap per check takes away from each occasion, as it changes. Only occasions whose lines together could
-- exceed the cap are swept.
{% set swept = {'summed_hundredths': 'bigint', 'version_number': 'bigint'} %}
{% set keys = ['agency_no', 'component_code', 'item_code', 'occasion_key'] %}

with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where counted_by is null and standing_until_instant > from_instant and points_hundredths <> 0

),

rules as (

    select * from {{ ref('int_points__item_rules') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

capped_items as (

    select
        item_code,
        min(check_cap_hundredths) as least_cap_hundredths
    from rules
    where check_cap_hundredths is not null
    group by item_code

),

groups as (

    select {{ columns('spans', keys) }}
    from spans
    inner join capped_items on spans.item_code = capped_items.item_code
    group by {{ columns('spans', keys) }}, capped_items.least_cap_hundredths
    having sum(abs(spans.points_hundredths)) > capped_items.least_cap_hundredths

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
            and spans.item_code = groups.item_code
            and spans.occasion_key = groups.occasion_key

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

),

{{ capped_changes(keys, 'item_code', 'check_cap_hundredths', swept) }}

select * from final
