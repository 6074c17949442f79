-- A report that a branch issued or sealed is its parent's (credit.md Q28): a lead on it is a lead on the agency that
-- answers.
with

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

final as (

    select
        reports.report_no,
        reports.contract_no,
        reports.project_no,
        coalesce(issuers.agency_id, reports.agency_id) as agency_id,
        coalesce(sealers.agency_id, reports.seal_agency_id) as seal_agency_id,
        nullif(
            coalesce(others.agency_id, reports.other_agency_id), coalesce(issuers.agency_id, reports.agency_id)
        ) as other_agency_id,
        reports.service_type,
        reports.reported_on,
        reports.project_lead_key,
        reports.seal_status,
        reports.dated_first_received_on,
        reports.contract_first_received_on,
        reports.job_first_received_on,
        reports.seal_first_received_on,
        reports.seal_agency_first_received_on,
        reports.received_on,
        reports.file_hash,
        reports.sheet,
        reports.row_number
    from reports
    left join branches as issuers
        on reports.agency_id = issuers.branch_id
    left join branches as sealers
        on reports.seal_agency_id = sealers.branch_id
    left join branches as others
        on reports.other_agency_id = others.branch_id

)

select * from final
