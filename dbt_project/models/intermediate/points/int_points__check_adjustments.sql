-- How much an item's cap per check takes away from each occasion, at each change.
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

{{ capped_sums(
    ['agency_no', 'component_code', 'item_code', 'occasion_key'], 'item_code', 'check_cap_hundredths'
) }}

select * from final
