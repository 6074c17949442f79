with

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

statuses as (

    select * from {{ ref('int_directory_status') }}

),

requirements as (

    select * from {{ ref('int_agency_requirements_met') }}

),

checked as (

    select * from {{ ref('int_agencies_checked') }}

),

first_seen as (

    select * from {{ ref('int_agencies_first_seen') }}

),

score_history as (

    select * from {{ ref('fct_score_history') }}

),

conditions as (

    select distinct
        requirement_set,
        condition_code,
        sort_order
    from {{ ref('conditions') }}

),

regions as (

    select * from {{ ref('regions') }}

),

incomplete as (

    select * from {{ ref('int_evidence_incomplete') }}

),

missing as (

    select
        requirements.agency_id,
        {{ joined_text(
            'requirements.condition_code', '、', ['conditions.sort_order', 'requirements.condition_code']
        ) }} as missing_items
    from requirements
    inner join conditions
        on
            requirements.requirement_set = conditions.requirement_set
            and requirements.condition_code = conditions.condition_code
    inner join statuses
        on requirements.agency_id = statuses.agency_id
    where
        requirements.requirement_set = 'completeness'
        and not requirements.is_met
        and requirements.valid_from_on <= statuses.as_of_on
        and (requirements.valid_until_on is null or requirements.valid_until_on > statuses.as_of_on)
    group by requirements.agency_id

),

final as (

    select
        agencies.agency_id,
        agencies.agency_name,
        agencies.former_names,
        agencies.service_type,
        agencies.listing_basis,
        statuses.directory_status,
        agencies.published_on,
        agencies.legal_representative,
        substring(agencies.agency_id, 3, 6) as registered_region_code,
        regions.region_name as registered_region_name,
        statuses.is_complete,
        statuses.is_conforming,
        -- an agency on no list has submitted nothing
        case when statuses.is_listed then coalesce(missing.missing_items, '') else 'submission' end as missing_items,
        agencies.submitted_on,
        agencies.first_drop_on,
        agencies.last_drop_on,
        agencies.is_in_last_drop,
        {{ incomplete_evidence() }},
        score_history.last_changed_on,
        checked.last_checked_on,
        first_seen.first_seen_on
    from agencies
    inner join statuses
        on agencies.agency_id = statuses.agency_id
    left join missing
        on agencies.agency_id = missing.agency_id
    left join regions
        on substring(agencies.agency_id, 3, 6) = regions.region_code
    {{ join_incomplete_evidence('incomplete', 'grade', "'grade'", 'agencies.agency_id') }}
    left join score_history
        on
            agencies.agency_id = score_history.agency_id
            and statuses.as_of_on >= score_history.valid_from_on
            and (score_history.valid_until_on is null or statuses.as_of_on < score_history.valid_until_on)
    left join checked
        on agencies.agency_id = checked.agency_id
    left join first_seen
        on agencies.agency_id = first_seen.agency_id

)

select * from final
