-- A complaint without a decision so far; a repeat under a new number belongs to the first ticket.
with

complaints as (

    select * from {{ ref('int_complaints_matched') }}

),

hotline as (

    select * from {{ ref('stg_complaints__hotline') }}

),

case_rows as (

    select
        row_key,
        root_dataset,
        root_row_key
    from {{ ref('int_points__rows') }}
    where dataset = 'hotline' and item_number = 1

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

-- cases as in credit.md 6.3, under the number of the first ticket
cases as (

    select
        case_rows.row_key,
        coalesce(first_tickets.ticket_id, case_rows.root_row_key) as case_no
    from case_rows
    left join hotline as first_tickets
        on
            case_rows.root_dataset = first_tickets.dataset
            and case_rows.root_row_key = first_tickets.row_key

),

pending as (

    select
        complaints.dataset,
        complaints.row_key,
        coalesce(branches.agency_id, complaints.agency_id) as agency_id,
        coalesce(cases.case_no, complaints.complaint_id) as case_no,
        complaints.known_from_on,
        complaints.received_on,
        complaints.raised_on,
        complaints.file_hash,
        complaints.sheet,
        complaints.row_number
    from complaints
    cross join parameters
    left join branches
        on complaints.agency_id = branches.branch_id
    left join cases
        on
            complaints.dataset = 'hotline'
            and complaints.row_key = cases.row_key
    where
        complaints.agency_id is not null
        and complaints.result_code = 'pending'
        and complaints.raised_on <= parameters.as_of_on

),

ranked as (

    select
        *,
        row_number() over (
            partition by agency_id, dataset, case_no
            order by raised_on, received_on, file_hash, row_number, row_key
        ) as row_rank,
        count(*) over (partition by agency_id, dataset, case_no) as ticket_count,
        min(known_from_on) over (partition by agency_id, dataset, case_no) as first_known_on,
        max(received_on) over (partition by agency_id, dataset, case_no) as last_received_on
    from pending

),

final as (

    select
        {{ surrogate_key(["'open_complaint'", 'ranked.agency_id', "ranked.case_no"]) }} as lead_id,
        'open_complaint' as lead_kind,
        ranked.agency_id as agency_id,
        ranked.case_no as subject,
        ranked.dataset || ', ' || cast(ranked.ticket_count as {{ dbt.type_string() }}) || ' open, since '
        || cast(ranked.raised_on as {{ dbt.type_string() }}) || ', ' || {{ file_place('ranked.file_hash', 'ranked.sheet', 'ranked.row_number') }} as evidence,
        1 as evidence_dataset_count,
        ranked.first_known_on as first_seen_on,
        ranked.last_received_on as last_seen_on
    from ranked
    where ranked.row_rank = 1

)

select * from final
