-- How much a component's cap per check takes away from each occasion, after the caps of its items, at each change.
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

{{ capped_sums(keys, 'component_code', 'check_cap_hundredths', inner='item_moves') }}

select * from final
