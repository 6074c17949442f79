-- A report dated before its contract was signed; the same day is in order. A report that names no contract is matched
-- by its project, with the contract signed first.
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

by_project as (

    {{ contracts_by_project('contracts') }}

),

contracted as (

    select
        reports.*,
        coalesce(contracts.signed_on, by_project.signed_on) as signed_on,
        coalesce(contracts.first_received_on, by_project.first_received_on) as signed_first_received_on,
        coalesce(contracts.received_on, by_project.received_on) as contract_received_on
    from reports
    left join contracts
        on reports.contract_no = contracts.contract_no
    left join by_project
        on {{ is_of_project('reports', 'by_project') }}

),

final as (

    select
        {{ surrogate_key(["'report_before_contract'", 'contracted.agency_id', "contracted.report_no"]) }} as lead_id,
        'report_before_contract' as lead_kind,
        contracted.agency_id as agency_id,
        contracted.report_no as subject,
        'report of ' || cast(contracted.reported_on as {{ dbt.type_string() }}) || ', contract signed '
        || cast(contracted.signed_on as {{ dbt.type_string() }}) || ', ' || {{ file_place('contracted.file_hash', 'contracted.sheet', 'contracted.row_number') }} as evidence,
        2 as evidence_dataset_count,
        greatest(contracted.contract_first_received_on, contracted.signed_first_received_on) as first_seen_on,
        greatest(contracted.received_on, contracted.contract_received_on) as last_seen_on
    from contracted
    cross join parameters
    where
        contracted.reported_on < contracted.signed_on
        and contracted.reported_on <= parameters.as_of_on

)

select * from final
