-- A report that lacks a signature or a seal.
with

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

final as (

    select
        {{ surrogate_key(["'unsigned_report'", 'reports.agency_id', "reports.report_no"]) }} as lead_id,
        'unsigned_report' as lead_kind,
        reports.agency_id as agency_id,
        reports.report_no as subject,
        reports.seal_status || ', ' || {{ file_place('reports.file_hash', 'reports.sheet', 'reports.row_number') }} as evidence,
        1 as evidence_dataset_count,
        reports.seal_first_received_on as first_seen_on,
        reports.received_on as last_seen_on
    from reports
    cross join parameters
    where
        reports.seal_status <> 'complete'
        and reports.reported_on <= parameters.as_of_on

)

select * from final
