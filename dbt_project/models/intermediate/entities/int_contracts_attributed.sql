-- A contract that a branch signed or performs is its parent's (credit.md Q28).
with

contracts as (

    select * from {{ ref('stg_platform__contracts') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

final as (

    select
        contracts.contract_no,
        contracts.project_no,
        coalesce(contractors.agency_id, contracts.agency_id) as agency_id,
        coalesce(performers.agency_id, contracts.performed_by_id) as performed_by_id,
        contracts.signed_on,
        contracts.service_from_on,
        contracts.first_received_on,
        contracts.project_first_received_on,
        contracts.received_on,
        contracts.file_hash,
        contracts.sheet,
        contracts.row_number
    from contracts
    left join branches as contractors
        on contracts.agency_id = contractors.branch_id
    left join branches as performers
        on contracts.performed_by_id = performers.branch_id

)

select * from final
