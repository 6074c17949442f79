-- A leader or operator without a certificate valid for the job on that day, as far as any list has shown. The last day
-- is valid; nothing is known before the first list.
with

worked as (

    select * from {{ ref('int_people_worked') }}

),

personnel as (

    select * from {{ ref('int_personnel_listed') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

first_drops as (

    select min(received_on) as received_on
    from drops
    where
        source = 'registry'
        and dataset = 'personnel'

),

certificates as (

    select
        coalesce(people.person_id, personnel.person_key) as person_id,
        personnel.certificate_kind,
        max(coalesce(personnel.registration_until_on, {{ open_end() }})) as valid_until_on
    from personnel
    left join people
        on
            people.reference_id = {{ person_reference_id(
                'personnel.person_key', 'personnel.person_mask', 'personnel.person_id_status', 'personnel.person_name',
                'personnel.registration_no', 'personnel.qualification_no', 'personnel.agency_id'
            ) }}
    group by coalesce(people.person_id, personnel.person_key), personnel.certificate_kind

),

uncovered as (

    select
        coalesce(branches.agency_id, worked.agency_id) as agency_id,
        worked.report_no,
        worked.person_id,
        worked.role_code,
        worked.worked_on,
        worked.dataset,
        worked.role_first_received_on,
        worked.received_on,
        worked.file_hash,
        worked.sheet,
        worked.row_number
    from worked
    cross join parameters
    inner join first_drops
        on worked.worked_on >= first_drops.received_on
    left join branches
        on worked.agency_id = branches.branch_id
    left join certificates
        on
            worked.person_id = certificates.person_id
            and certificates.certificate_kind = case worked.role_code when 'operator' then 'operator' else 'engineer' end
    where
        worked.agency_id is not null
        and worked.worked_on <= parameters.as_of_on
        and worked.worked_on > coalesce(certificates.valid_until_on, date '1900-01-01')

),

ranked as (

    select
        *,
        row_number() over (
            partition by agency_id, report_no
            order by worked_on, dataset, role_code, person_id, file_hash, row_number
        ) as row_rank,
        min(role_first_received_on) over (partition by agency_id, report_no) as first_seen_on,
        max(received_on) over (partition by agency_id, report_no) as last_seen_on
    from uncovered

),

final as (

    select
        {{ surrogate_key(["'unqualified_person'", 'ranked.agency_id', "ranked.report_no"]) }} as lead_id,
        'unqualified_person' as lead_kind,
        ranked.agency_id as agency_id,
        ranked.report_no as subject,
        ranked.role_code || ' without a valid certificate on ' || cast(ranked.worked_on as {{ dbt.type_string() }})
        || ', ' || {{ file_place('ranked.file_hash', 'ranked.sheet', 'ranked.row_number') }} as evidence,
        2 as evidence_dataset_count,
        ranked.first_seen_on as first_seen_on,
        ranked.last_seen_on as last_seen_on
    from ranked
    where ranked.row_rank = 1

)

select * from final
