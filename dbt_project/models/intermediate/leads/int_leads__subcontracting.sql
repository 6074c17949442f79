-- A contract whose work another unit does.
with

contracts as (

    select * from {{ ref('int_contracts_attributed') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

final as (

    select
        {{ surrogate_key(["'subcontracting'", 'contracts.agency_id', "contracts.contract_no"]) }} as lead_id,
        'subcontracting' as lead_kind,
        contracts.agency_id as agency_id,
        contracts.contract_no as subject,
        'performed by ' || contracts.performed_by_id || ', ' || {{ file_place('contracts.file_hash', 'contracts.sheet', 'contracts.row_number') }} as evidence,
        1 as evidence_dataset_count,
        contracts.first_received_on as first_seen_on,
        contracts.received_on as last_seen_on
    from contracts
    cross join parameters
    where
        contracts.performed_by_id <> contracts.agency_id
        and coalesce(contracts.signed_on, contracts.received_on) <= parameters.as_of_on

)

select * from final
