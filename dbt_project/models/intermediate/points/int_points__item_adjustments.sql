-- How much item caps take away, after the caps per check, at each change.
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

{{ capped_sums(
    ['agency_no', 'component_code', 'item_code'], 'item_code', 'cap_hundredths', inner='check_adjustments'
) }}

select * from final
