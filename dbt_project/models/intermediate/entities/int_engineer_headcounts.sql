-- How many registered engineers an agency has over time, and how many its service needs.
with

spells as (

    select * from {{ ref('int_person_spells') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

conditions as (

    select * from {{ ref('conditions') }}

),

turns as (

    select
        agency_id,
        from_on as turned_on,
        1 as engineers,
        0 as engineers_level_1
    from spells
    union all
    select
        agency_id,
        until_on as turned_on,
        -1 as engineers,
        0 as engineers_level_1
    from spells
    where until_on is not null
    union all
    select
        agency_id,
        level_1_from_on as turned_on,
        0 as engineers,
        1 as engineers_level_1
    from spells
    where level_1_from_on is not null
    union all
    select
        agency_id,
        level_1_until_on as turned_on,
        0 as engineers,
        -1 as engineers_level_1
    from spells
    where level_1_until_on is not null

),

days as (

    select
        agency_id,
        turned_on,
        sum(engineers) as engineers,
        sum(engineers_level_1) as engineers_level_1
    from turns
    group by agency_id, turned_on

),

counted as (

    select
        agency_id,
        turned_on as valid_from_on,
        lead(turned_on) over (partition by agency_id order by turned_on) as valid_until_on,
        sum(engineers) over (
            partition by agency_id
            order by turned_on
            rows between unbounded preceding and current row
        ) as engineer_count,
        sum(engineers_level_1) over (
            partition by agency_id
            order by turned_on
            rows between unbounded preceding and current row
        ) as engineer_level_1_count
    from days

),

required as (

    select
        counted.agency_id,
        counted.valid_from_on,
        max(case when conditions.condition_code = 'engineers' then conditions.required end) as engineers_required,
        max(case when conditions.condition_code = 'engineers_level_1' then conditions.required end)
            as engineers_level_1_required
    from counted
    inner join agencies
        on counted.agency_id = agencies.agency_id
    inner join conditions
        on
            agencies.service_type = conditions.service_type
            and coalesce(counted.valid_until_on, {{ open_end() }}) > conditions.effective_from_on
            and counted.valid_from_on < coalesce(conditions.effective_until_on, {{ open_end() }})
    where conditions.requirement_set = 'conformity'
    group by counted.agency_id, counted.valid_from_on

),

final as (

    select
        counted.agency_id,
        counted.valid_from_on,
        counted.valid_until_on,
        cast(counted.engineer_count as integer) as engineer_count,
        cast(counted.engineer_level_1_count as integer) as engineer_level_1_count,
        cast(required.engineers_required as integer) as engineers_required,
        cast(required.engineers_level_1_required as integer) as engineers_level_1_required
    from counted
    left join required
        on
            counted.agency_id = required.agency_id
            and counted.valid_from_on = required.valid_from_on

)

select * from final
