/* Turns steps of what is required and of what is there into spans, in one sweep for all conditions. The four items of a
person's file are required for everybody listed. */

with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

measures as (

    select * from {{ ref('int_agency_measures_changed') }}

),

conditions as (

    select * from {{ ref('conditions') }}

),

demands as (

    select
        agency_drops.agency_id,
        conditions.requirement_set,
        conditions.condition_code,
        conditions.required,
        greatest(agency_drops.received_on, conditions.effective_from_on) as from_on,
        least(
            coalesce(agency_drops.next_shown_on, {{ open_end() }}), coalesce(conditions.effective_until_on, {{ open_end() }})
        ) as until_on
    from agency_drops
    inner join conditions
        on agency_drops.service_type = conditions.service_type

),

condition_measures as (

    select distinct
        requirement_set,
        condition_code,
        measure_code
    from conditions

),

steps as (

    select
        agency_id,
        requirement_set,
        condition_code,
        from_on as change_on,
        1 as demand_step,
        required as required_step,
        0 as actual_step,
        0 as unled_step
    from demands
    where from_on < until_on
    union all
    select
        agency_id,
        requirement_set,
        condition_code,
        until_on as change_on,
        -1 as demand_step,
        -required as required_step,
        0 as actual_step,
        0 as unled_step
    from demands
    where from_on < until_on and until_on < {{ open_end() }}
    union all
    select
        measures.agency_id,
        condition_measures.requirement_set,
        condition_measures.condition_code,
        measures.change_on,
        0 as demand_step,
        0 as required_step,
        measures.amount as actual_step,
        measures.unled_amount as unled_step
    from measures
    inner join condition_measures
        on measures.measure_code = condition_measures.measure_code
    union all
    select
        measures.agency_id,
        condition_measures.requirement_set,
        condition_measures.condition_code,
        measures.change_on,
        0 as demand_step,
        measures.amount as required_step,
        0 as actual_step,
        0 as unled_step
    from measures
    cross join condition_measures
    where
        measures.measure_code = 'people_listed'
        and condition_measures.measure_code in (
            'people_with_identity', 'people_with_qualification', 'people_with_contract', 'people_with_insurance'
        )

),

days as (

    select
        agency_id,
        requirement_set,
        condition_code,
        change_on,
        sum(demand_step) as demand_step,
        sum(required_step) as required_step,
        sum(actual_step) as actual_step,
        sum(unled_step) as unled_step
    from steps
    group by agency_id, requirement_set, condition_code, change_on

),

levels as (

    select
        agency_id,
        requirement_set,
        condition_code,
        change_on,
        sum(demand_step) over (
            partition by agency_id, requirement_set, condition_code
            order by change_on
            rows between unbounded preceding and current row
        ) as demand_count,
        cast(sum(required_step) over (
            partition by agency_id, requirement_set, condition_code
            order by change_on
            rows between unbounded preceding and current row
        ) as decimal(18, 2)) as required,
        cast(sum(actual_step) over (
            partition by agency_id, requirement_set, condition_code
            order by change_on
            rows between unbounded preceding and current row
        ) as decimal(18, 2)) as actual,
        cast(sum(unled_step) over (
            partition by agency_id, requirement_set, condition_code
            order by change_on
            rows between unbounded preceding and current row
        ) as decimal(18, 2)) as actual_without_leads
    from days

),

previous as (

    select
        *,
        lag(demand_count) over (
            partition by agency_id, requirement_set, condition_code order by change_on
        ) as previous_demand_count,
        lag(required) over (
            partition by agency_id, requirement_set, condition_code order by change_on
        ) as previous_required,
        lag(actual) over (
            partition by agency_id, requirement_set, condition_code order by change_on
        ) as previous_actual,
        lag(actual_without_leads) over (
            partition by agency_id, requirement_set, condition_code order by change_on
        ) as previous_actual_without_leads
    from levels

),

changes as (

    select
        *,
        lead(change_on) over (
            partition by agency_id, requirement_set, condition_code order by change_on
        ) as next_change_on
    from previous
    where
        previous_demand_count is null
        or demand_count <> previous_demand_count
        or required <> previous_required
        or actual <> previous_actual
        or actual_without_leads <> previous_actual_without_leads

),

final as (

    select
        agency_id,
        requirement_set,
        condition_code,
        change_on as valid_from_on,
        next_change_on as valid_until_on,
        required,
        actual,
        actual_without_leads,
        actual >= required as is_met
    from changes
    where demand_count > 0

)

select * from final
