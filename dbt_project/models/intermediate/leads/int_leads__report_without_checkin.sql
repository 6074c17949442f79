-- A report of a job on which nobody checked in.
with

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

checkins as (

    select * from {{ ref('stg_platform__checkins') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

visited as (

    select distinct report_no from checkins
    where report_no is not null

),

final as (

    select
        {{ surrogate_key(["'report_without_checkin'", 'reports.agency_id', "reports.report_no"]) }} as lead_id,
        'report_without_checkin' as lead_kind,
        reports.agency_id as agency_id,
        reports.report_no as subject,
        'report of ' || cast(reports.reported_on as {{ dbt.type_string() }}) || ' without a check-in, ' || {{ file_place('reports.file_hash', 'reports.sheet', 'reports.row_number') }} as evidence,
        1 as evidence_dataset_count,
        reports.dated_first_received_on as first_seen_on,
        reports.received_on as last_seen_on
    from reports
    cross join parameters
    left join visited
        on reports.report_no = visited.report_no
    where
        visited.report_no is null
        and reports.reported_on <= parameters.as_of_on

)

select * from final
