-- How many requirements an agency lacks on a day, of completeness and of conformity; 0 = none missing.
with

requirements as (

    select * from {{ ref('int_agency_requirements_met') }}

),

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

steps as (

    select
        agency_id,
        valid_from_on as change_on,
        case when requirement_set = 'completeness' then 1 else 0 end as missing_step,
        case when requirement_set = 'conformity' then 1 else 0 end as unmet_step
    from requirements
    where not is_met
    union all
    select
        agency_id,
        valid_until_on as change_on,
        case when requirement_set = 'completeness' then -1 else 0 end as missing_step,
        case when requirement_set = 'conformity' then -1 else 0 end as unmet_step
    from requirements
    where not is_met and valid_until_on is not null
    union all
    select
        agency_id,
        min(received_on) as change_on,
        0 as missing_step,
        0 as unmet_step
    from agency_drops
    group by agency_id

),

days as (

    select
        agency_id,
        change_on,
        sum(missing_step) as missing_step,
        sum(unmet_step) as unmet_step
    from steps
    group by agency_id, change_on

),

levels as (

    select
        agency_id,
        change_on,
        cast(sum(missing_step) over (
            partition by agency_id
            order by change_on
            rows between unbounded preceding and current row
        ) as int) as missing_count,
        cast(sum(unmet_step) over (
            partition by agency_id
            order by change_on
            rows between unbounded preceding and current row
        ) as int) as unmet_count
    from days

),

final as (

    select
        agency_id,
        change_on as valid_from_on,
        lead(change_on) over (partition by agency_id order by change_on) as valid_until_on,
        missing_count,
        unmet_count,
        missing_count = 0 as is_complete,
        unmet_count = 0 as is_conforming
    from levels

)

select * from final
