-- One report number on the reports of two agencies.
with

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

final as (

    select
        {{ surrogate_key(["'report_number_repeated'", 'reports.agency_id', "reports.report_no"]) }} as lead_id,
        'report_number_repeated' as lead_kind,
        reports.agency_id as agency_id,
        reports.report_no as subject,
        'also used by ' || reports.other_agency_id || ', ' || {{ file_place('reports.file_hash', 'reports.sheet', 'reports.row_number') }} as evidence,
        1 as evidence_dataset_count,
        reports.dated_first_received_on as first_seen_on,
        reports.received_on as last_seen_on
    from reports
    cross join parameters
    where
        reports.other_agency_id is not null
        and reports.reported_on <= parameters.as_of_on

)

select * from final
