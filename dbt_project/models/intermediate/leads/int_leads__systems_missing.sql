-- A listed agency without a system that its service needs, by its latest row; an empty cell or 不适用 counts as none.
with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

conditions as (

    select * from {{ ref('conditions') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

required as (

    select distinct
        conditions.service_type,
        conditions.measure_code
    from conditions
    cross join parameters
    where
        conditions.requirement_set = 'conformity'
        and conditions.measure_code in ('quality_system', 'assessment_control')
        and conditions.effective_from_on <= parameters.as_of_on
        and coalesce(conditions.effective_until_on, {{ open_end() }}) > parameters.as_of_on

),

assessed as (

    select
        agency_drops.*,
        required.measure_code,
        case required.measure_code
            when 'quality_system' then not coalesce(agency_drops.has_quality_system, false)
            else coalesce(agency_drops.assessment_control, 'no') <> 'yes'
        end as is_missing
    from agency_drops
    cross join parameters
    inner join required
        on agency_drops.service_type = required.service_type
    where
        agency_drops.received_on <= parameters.as_of_on
        and coalesce(agency_drops.registry_status, 'normal') not in ('exited', 'deregistered')

),

ranked as (

    select
        *,
        row_number() over (partition by agency_id, measure_code order by received_on desc) as place_from_latest,
        max(case when not is_missing then received_on end) over (partition by agency_id, measure_code) as last_present_on
    from assessed

),

missing as (

    select
        agency_id,
        measure_code,
        min(case when received_on > coalesce(last_present_on, date '1900-01-01') then received_on end) as since_on,
        max(received_on) as last_on,
        max(case when place_from_latest = 1 then file_hash end) as file_hash,
        max(case when place_from_latest = 1 then sheet end) as sheet,
        max(case when place_from_latest = 1 then row_number end) as row_number
    from ranked
    group by agency_id, measure_code
    having max(case when place_from_latest = 1 and is_missing then 1 else 0 end) = 1

),

latest as (

    select
        *,
        row_number() over (partition by agency_id order by measure_code desc) as row_rank,
        count(*) over (partition by agency_id) as missing_count,
        min(since_on) over (partition by agency_id) as first_since_on
    from missing

),

final as (

    select
        {{ surrogate_key(["'systems_missing'", 'latest.agency_id', "latest.agency_id"]) }} as lead_id,
        'systems_missing' as lead_kind,
        latest.agency_id as agency_id,
        latest.agency_id as subject,
        case when latest.missing_count > 1 then 'quality_system and assessment_control' else latest.measure_code end
        || ' missing since ' || cast(latest.first_since_on as {{ dbt.type_string() }}) || ', ' || {{ file_place('latest.file_hash', 'latest.sheet', 'latest.row_number') }} as evidence,
        1 as evidence_dataset_count,
        latest.first_since_on as first_seen_on,
        latest.last_on as last_seen_on
    from latest
    where latest.row_rank = 1

)

select * from final
