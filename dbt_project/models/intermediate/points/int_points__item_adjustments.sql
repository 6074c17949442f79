-- What item caps take away of what the checks leave, as it changes. Only groups whose lines together could exceed the cap are swept.
{% set swept = {'summed_hundredths': 'bigint', 'version_number': 'bigint'} %}

with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where counted_by is null and standing_until_instant > from_instant and points_hundredths <> 0

),

check_adjustments as (

    select * from {{ ref('int_points__check_adjustments') }}

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
        min(cap_hundredths) as least_cap_hundredths
    from rules
    where cap_hundredths is not null
    group by item_code

),

groups as (

    select
        spans.agency_no,
        spans.component_code,
        spans.item_code
    from spans
    inner join capped_items on spans.item_code = capped_items.item_code
    group by spans.agency_no, spans.component_code, spans.item_code, capped_items.least_cap_hundredths
    having sum(abs(spans.points_hundredths)) > capped_items.least_cap_hundredths

),

grouped as (

    select
        spans.agency_no,
        spans.component_code,
        spans.item_code,
        spans.points_hundredths,
        spans.from_instant,
        spans.standing_until_instant
    from spans
    inner join groups
        on
            spans.agency_no = groups.agency_no
            and spans.component_code = groups.component_code
            and spans.item_code = groups.item_code

),

moves as (

    {{ span_moves('grouped', ['agency_no', 'component_code', 'item_code'], 'standing_until_instant', {
        'summed_hundredths': 'points_hundredths'
    }, swept) }}

    union all

    select
        groups.agency_no,
        groups.component_code,
        groups.item_code,
        versions.from_instant as instant,
        {{ deltas({'version_number': '1'}, swept) }}
    from groups
    cross join versions

    union all

    select
        check_adjustments.agency_no,
        check_adjustments.component_code,
        check_adjustments.item_code,
        check_adjustments.instant,
        {{ deltas({'summed_hundredths': 'check_adjustments.delta_hundredths'}, swept) }}
    from check_adjustments
    inner join groups
        on
            check_adjustments.agency_no = groups.agency_no
            and check_adjustments.component_code = groups.component_code
            and check_adjustments.item_code = groups.item_code

),

{{ capped_changes(['agency_no', 'component_code', 'item_code'], 'item_code', 'cap_hundredths', swept) }}

select * from final
