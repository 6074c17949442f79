-- What caps, divisors and rounding take away, as spans of whole days by what holds at the end of each day. The base,
-- the lines in force and these add up to the score.
with

check_adjustments as (

    select * from {{ ref('int_points__check_adjustments') }}

),

item_adjustments as (

    select * from {{ ref('int_points__item_adjustments') }}

),

occasion_adjustments as (

    select * from {{ ref('int_points__occasion_adjustments') }}

),

component_adjustments as (

    select * from {{ ref('int_points__component_adjustments') }}

),

score_steps as (

    select * from {{ ref('int_points__score_steps') }}

),

rounded_agencies as (

    select distinct agency_no
    from score_steps
    where rounding_hundredths <> 0

),

adjustment_steps as (

    select
        agency_no,
        component_code,
        item_code,
        occasion_key,
        instant,
        adjustment_hundredths
    from check_adjustments

    union all

    select
        agency_no,
        component_code,
        item_code,
        cast(null as {{ dbt.type_string() }}) as occasion_key,
        instant,
        adjustment_hundredths
    from item_adjustments

    union all

    select
        agency_no,
        component_code,
        cast(null as {{ dbt.type_string() }}) as item_code,
        occasion_key,
        instant,
        adjustment_hundredths
    from occasion_adjustments

    union all

    select
        agency_no,
        component_code,
        cast(null as {{ dbt.type_string() }}) as item_code,
        cast(null as {{ dbt.type_string() }}) as occasion_key,
        instant,
        adjustment_hundredths
    from component_adjustments
    where delta_hundredths <> 0

    union all

    select
        score_steps.agency_no,
        cast(null as {{ dbt.type_string() }}) as component_code,
        cast(null as {{ dbt.type_string() }}) as item_code,
        cast(null as {{ dbt.type_string() }}) as occasion_key,
        score_steps.instant,
        score_steps.rounding_hundredths as adjustment_hundredths
    from score_steps
    inner join rounded_agencies on score_steps.agency_no = rounded_agencies.agency_no

),

-- what holds at the end of a day, where it differs from the end of the day before
adjustment_days as (

    select
        agency_no,
        component_code,
        item_code,
        occasion_key,
        {{ instant_day('instant') }} as changed_on,
        max_by(adjustment_hundredths, instant) as adjustment_hundredths
    from adjustment_steps
    group by agency_no, component_code, item_code, occasion_key, {{ instant_day('instant') }}

),

adjustment_changes as (

    select
        *,
        lag(adjustment_hundredths) over (
            partition by agency_no, component_code, item_code, occasion_key order by changed_on
        ) as previous_hundredths
    from adjustment_days

),

spans as (

    select
        agency_no,
        component_code,
        item_code,
        occasion_key,
        adjustment_hundredths,
        changed_on as valid_from_on,
        lead(changed_on) over (partition by agency_no, component_code, item_code, occasion_key order by changed_on)
            as valid_until_on
    from adjustment_changes
    where previous_hundredths is null or previous_hundredths <> adjustment_hundredths

),

final as (

    select * from spans
    where adjustment_hundredths <> 0

)

select * from final
