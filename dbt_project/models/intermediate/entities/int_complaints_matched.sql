-- A decision by people comes before the USCC in the row, and the USCC before a name that exactly one agency bears.
with

hotline as (

    select * from {{ ref('stg_complaints__hotline') }}

),

media as (

    select * from {{ ref('stg_complaints__media') }}

),

agency_names as (

    select * from {{ ref('int_agency_names') }}

),

judgements as (

    select * from {{ ref('int_complaints_judged') }}

),

complaints as (

    select
        dataset,
        source_key,
        row_key,
        ticket_id as complaint_id,
        cast(null as {{ dbt.type_string() }}) as written_agency_id,
        respondent_name,
        result_code,
        accepted_on as raised_on,
        received_on,
        first_received_on,
        file_hash,
        sheet,
        row_number
    from hotline
    union all
    select
        dataset,
        source_key,
        row_key,
        clue_id as complaint_id,
        agency_id as written_agency_id,
        respondent_name,
        result_code,
        found_on as raised_on,
        received_on,
        first_received_on,
        file_hash,
        sheet,
        row_number
    from media

),

judged_same as (

    select * from judgements
    where decision_code = 'same_person' and recency = 1

),

judged_different as (

    select * from judgements
    where decision_code = 'different_person'

),

-- of two agencies with a name, one that the directory lists comes before one that it never listed
name_bearers as (

    select
        name_key,
        agency_id,
        first_seen_on,
        dense_rank() over (partition by name_key order by name_basis) as basis_rank
    from agency_names
    where name_basis <> 'press'

),

unique_names as (

    select
        name_key,
        min(agency_id) as agency_id,
        min(first_seen_on) as first_seen_on
    from name_bearers
    where basis_rank = 1
    group by name_key
    having count(distinct agency_id) = 1

),

candidates as (

    select
        complaints.dataset,
        complaints.row_key,
        judged_same.agency_id,
        'decision' as match_basis,
        1 as basis_rank,
        judged_same.received_on as basis_known_on
    from complaints
    inner join judged_same
        on
            complaints.dataset = judged_same.dataset
            and complaints.complaint_id = judged_same.complaint_id
    union all
    select
        dataset,
        row_key,
        written_agency_id as agency_id,
        'uscc' as match_basis,
        2 as basis_rank,
        received_on as basis_known_on
    from complaints
    where written_agency_id is not null
    union all
    select
        complaints.dataset,
        complaints.row_key,
        unique_names.agency_id,
        'name' as match_basis,
        3 as basis_rank,
        unique_names.first_seen_on as basis_known_on
    from complaints
    inner join unique_names
        on replace(complaints.respondent_name, '·', '') = unique_names.name_key
    where complaints.written_agency_id is null

),

allowed as (

    select
        complaints.dataset,
        complaints.row_key,
        candidates.agency_id,
        candidates.match_basis,
        candidates.basis_known_on,
        row_number() over (
            partition by complaints.dataset, complaints.row_key
            order by candidates.basis_rank
        ) as preference
    from candidates
    inner join complaints
        on
            candidates.dataset = complaints.dataset
            and candidates.row_key = complaints.row_key
    left join judged_different
        on
            complaints.dataset = judged_different.dataset
            and complaints.complaint_id = judged_different.complaint_id
            and candidates.agency_id = judged_different.agency_id
    where judged_different.agency_id is null or candidates.match_basis = 'decision'

),

final as (

    select
        complaints.dataset,
        complaints.source_key,
        complaints.row_key,
        complaints.complaint_id,
        allowed.agency_id,
        allowed.match_basis,
        complaints.respondent_name,
        complaints.result_code,
        complaints.raised_on,
        complaints.received_on,
        complaints.first_received_on,
        greatest(
            complaints.received_on, coalesce(allowed.basis_known_on, complaints.received_on)
        ) as known_from_on,
        complaints.file_hash,
        complaints.sheet,
        complaints.row_number
    from complaints
    left join allowed
        on
            complaints.dataset = allowed.dataset
            and complaints.row_key = allowed.row_key
            and allowed.preference = 1

)

select * from final
