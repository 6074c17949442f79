-- A report without a contract, or a contract signed after the service began. A report that names no contract is matched
-- by its project.
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

reported as (

    select
        reports.agency_id,
        reports.report_no as subject,
        case
            when contracts.contract_no is null then 'no contract'
            else
                'contract signed ' || cast(contracts.signed_on as {{ dbt.type_string() }})
                || ', service from ' || cast(contracts.service_from_on as {{ dbt.type_string() }})
        end as shortcoming,
        greatest(
            reports.contract_first_received_on, coalesce(contracts.first_received_on, reports.contract_first_received_on)
        ) as first_seen_on,
        greatest(reports.received_on, coalesce(contracts.received_on, reports.received_on)) as last_seen_on,
        reports.file_hash,
        reports.sheet,
        reports.row_number
    from reports
    cross join parameters
    left join contracts
        on reports.contract_no = contracts.contract_no
    left join by_project
        on {{ is_of_project('reports', 'by_project') }}
    where
        reports.reported_on <= parameters.as_of_on
        and (
            (contracts.contract_no is null and by_project.project_no is null)
            or contracts.signed_on > contracts.service_from_on
        )

),

-- a late contract without a report so far
contracted as (

    select
        contracts.agency_id,
        contracts.contract_no as subject,
        'contract signed ' || cast(contracts.signed_on as {{ dbt.type_string() }})
        || ', service from ' || cast(contracts.service_from_on as {{ dbt.type_string() }}) as shortcoming,
        contracts.first_received_on as first_seen_on,
        contracts.received_on as last_seen_on,
        contracts.file_hash,
        contracts.sheet,
        contracts.row_number
    from contracts
    cross join parameters
    left join reports
        on
            contracts.contract_no = reports.contract_no
            and parameters.as_of_on >= reports.reported_on
    where
        contracts.signed_on > contracts.service_from_on
        and contracts.signed_on <= parameters.as_of_on
        and reports.report_no is null

),

late as (

    select * from reported
    union all
    select * from contracted

),

final as (

    select
        {{ surrogate_key(["'no_contract'", 'late.agency_id', "late.subject"]) }} as lead_id,
        'no_contract' as lead_kind,
        late.agency_id as agency_id,
        late.subject as subject,
        late.shortcoming || ', ' || {{ file_place('late.file_hash', 'late.sheet', 'late.row_number') }} as evidence,
        2 as evidence_dataset_count,
        late.first_seen_on as first_seen_on,
        late.last_seen_on as last_seen_on
    from late

)

select * from final
