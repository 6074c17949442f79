-- A report sealed by an agency that is neither the contractor nor named as doing the work.
with

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

contracts as (

    select * from {{ ref('int_contracts_attributed') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

contracted as (

    select
        reports.*,
        coalesce(contracts.agency_id, reports.agency_id) as contractor_id,
        contracts.performed_by_id,
        contracts.first_received_on as contractor_first_received_on
    from reports
    left join contracts
        on reports.contract_no = contracts.contract_no

),

final as (

    select
        {{ surrogate_key(["'other_name'", 'contracted.agency_id', "contracted.report_no"]) }} as lead_id,
        'other_name' as lead_kind,
        contracted.agency_id as agency_id,
        contracted.report_no as subject,
        'sealed by ' || contracted.seal_agency_id || ', contractor ' || contracted.contractor_id || ', ' || {{ file_place('contracted.file_hash', 'contracted.sheet', 'contracted.row_number') }} as evidence,
        2 as evidence_dataset_count,
        greatest(
            contracted.seal_agency_first_received_on,
            coalesce(contracted.contractor_first_received_on, contracted.seal_agency_first_received_on)
        ) as first_seen_on,
        contracted.received_on as last_seen_on
    from contracted
    cross join parameters
    where
        contracted.seal_agency_id <> contracted.contractor_id
        and contracted.seal_agency_id <> coalesce(contracted.performed_by_id, contracted.contractor_id)
        and contracted.reported_on <= parameters.as_of_on

)

select * from final
