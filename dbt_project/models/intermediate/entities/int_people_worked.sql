-- The work of people: reports signed as leader, and check-ins on a job, by the person that the row means. A row that
-- names nobody by key, or by registration number and name, is dropped.
with

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

checkins as (

    select * from {{ ref('stg_platform__checkins') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

mentions as (

    select
        dataset,
        'technical_lead' as role_code,
        source_key,
        report_no,
        agency_id,
        agency_name,
        reported_on as worked_on,
        technical_lead_key as reference_id,
        technical_lead_name as person_name,
        cast(null as {{ dbt.type_string() }}) as registration_no,
        received_on,
        first_received_on,
        first_received_on as role_first_received_on,
        file_hash,
        sheet,
        row_number
    from reports
    where
        technical_lead_key is not null
        and reported_on is not null
    union all
    select
        dataset,
        'project_lead' as role_code,
        source_key,
        report_no,
        agency_id,
        agency_name,
        reported_on as worked_on,
        {{ person_reference_id(
            'project_lead_key', 'project_lead_mask', 'project_lead_id_status', 'project_lead_name',
            'project_lead_registration_no', "cast(null as " ~ dbt.type_string() ~ ")", 'agency_id'
        ) }} as reference_id,
        project_lead_name as person_name,
        project_lead_registration_no as registration_no,
        received_on,
        first_received_on,
        first_received_on as role_first_received_on,
        file_hash,
        sheet,
        row_number
    from reports
    where
        (project_lead_key is not null or project_lead_registration_no is not null)
        and reported_on is not null
    union all
    select
        checkins.dataset,
        coalesce(checkins.position_code, 'operator') as role_code,
        checkins.source_key,
        checkins.report_no,
        reports.agency_id,
        reports.agency_name,
        checkins.checked_in_on as worked_on,
        checkins.person_key as reference_id,
        checkins.person_name,
        cast(null as {{ dbt.type_string() }}) as registration_no,
        greatest(checkins.received_on, coalesce(reports.received_on, checkins.received_on)) as received_on,
        greatest(checkins.first_received_on, coalesce(reports.agency_first_received_on, checkins.first_received_on))
            as first_received_on,
        greatest(
            checkins.role_first_received_on, coalesce(reports.agency_first_received_on, checkins.role_first_received_on)
        ) as role_first_received_on,
        checkins.file_hash,
        checkins.sheet,
        checkins.row_number
    from checkins
    left join reports
        on checkins.report_no = reports.report_no
    where
        checkins.person_key is not null
        and checkins.checked_in_on is not null

),

final as (

    select
        mentions.dataset,
        mentions.role_code,
        mentions.source_key,
        mentions.report_no,
        mentions.agency_id,
        mentions.agency_name,
        mentions.worked_on,
        coalesce(people.person_id, mentions.reference_id) as person_id,
        coalesce(people.identity_tier, 'T1') as identity_tier,
        mentions.person_name,
        mentions.registration_no,
        mentions.received_on,
        mentions.first_received_on,
        mentions.role_first_received_on,
        mentions.file_hash,
        mentions.sheet,
        mentions.row_number
    from mentions
    left join people
        on mentions.reference_id = people.reference_id
    where coalesce(people.identity_tier, 'T1') <> 'T4'

)

select * from final
