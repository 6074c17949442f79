-- A report dated before the contract that it names was signed; the same day is right.
with

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

contracts as (

    select * from {{ ref('stg_platform__contracts') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

final as (

    select
        {{ surrogate_key(["'report_before_contract'", 'reports.agency_id', "reports.report_no"]) }} as lead_id,
        'report_before_contract' as lead_kind,
        reports.agency_id as agency_id,
        reports.report_no as subject,
        'report of ' || cast(reports.reported_on as {{ dbt.type_string() }}) || ', contract signed '
        || cast(contracts.signed_on as {{ dbt.type_string() }}) || ', ' || {{ file_place('reports.file_hash', 'reports.sheet', 'reports.row_number') }} as evidence,
        2 as evidence_dataset_count,
        greatest(reports.first_received_on, contracts.first_received_on) as first_seen_on,
        greatest(reports.received_on, contracts.received_on) as last_seen_on
    from reports
    cross join parameters
    inner join contracts
        on reports.contract_no = contracts.contract_no
    where
        reports.reported_on < contracts.signed_on
        and reports.reported_on <= parameters.as_of_on

)

select * from final
