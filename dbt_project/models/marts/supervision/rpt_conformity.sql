with

requirements as (

    select * from {{ ref('int_agency_requirements_met') }}

),

conditions as (

    select distinct
        requirement_set,
        condition_code,
        title_zh,
        title_en
    from {{ ref('conditions') }}

),

final as (

    select
        requirements.agency_id,
        requirements.condition_code,
        conditions.title_zh,
        conditions.title_en,
        requirements.valid_from_on,
        requirements.valid_until_on,
        requirements.required,
        requirements.actual,
        requirements.is_met,
        requirements.actual_without_leads
    from requirements
    inner join conditions
        on
            requirements.requirement_set = conditions.requirement_set
            and requirements.condition_code = conditions.condition_code
    where requirements.requirement_set = 'conformity'

)

select * from final
