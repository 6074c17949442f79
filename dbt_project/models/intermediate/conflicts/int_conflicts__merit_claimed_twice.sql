-- One honour (by document number), or one person's appointment as an expert, claimed by two agencies. If the person
-- worked at one after the other, the merit moved with the person. A branch's claims and people are its agency's.
{%- set paired -%}
        greatest(this.identity_tier, other.identity_tier) as identity_tier,
        this.agency_id as agency_a_id,
        other.agency_id as agency_b_id,
        greatest(this.claimed_on, other.claimed_on) as claimed_on,
        greatest(this.first_received_on, other.first_received_on) as first_seen_on,
        greatest(this.received_on, other.received_on) as last_seen_on,
        this.evidence as employer_a_evidence,
        other.evidence as employer_b_evidence,
        this.claim_id as claim_a_id,
        other.claim_id as claim_b_id
{%- endset %}
with

merit_claims as (

    select * from {{ ref('stg_credit_desk__merit_claims') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

spells as (

    select * from {{ ref('int_person_spells') }}

),

shared_days as (

    select * from {{ ref('int_person_spells_overlapped') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

words as (

    select * from {{ ref('detector_words') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

claims as (

    select
        merit_claims.claim_id,
        coalesce(branches.agency_id, merit_claims.agency_id) as agency_id,
        nullif(merit_claims.document_no, '') as document_no,
        coalesce(people.person_id, merit_claims.person_key) as person_id,
        coalesce(people.identity_tier, case when merit_claims.person_key is not null then 'T1' end) as identity_tier,
        words.word is not null as is_expert,
        coalesce(merit_claims.occurred_on, merit_claims.determined_on, merit_claims.received_on) as claimed_on,
        merit_claims.first_received_on,
        merit_claims.received_on,
        'credit_desk/merit_claims ' || merit_claims.claim_id || ', '
        || {{ file_place('merit_claims.file_hash', 'merit_claims.sheet', 'merit_claims.row_number') }} as evidence
    from merit_claims
    left join branches
        on merit_claims.agency_id = branches.branch_id
    left join people
        on merit_claims.person_key = people.reference_id
    left join words
        on
            words.word_code = 'expert_merit_clause'
            and merit_claims.clause = words.word
    where coalesce(merit_claims.status_code, 'pending') <> 'rejected'

),

same_document as (

    select
        this.document_no as subject_key,
        case when this.person_id = other.person_id then this.person_id end as person_id,
        {{ paired | trim }},
        true as is_one_document
    from claims as this
    inner join claims as other
        on this.document_no = other.document_no
    where this.agency_id < other.agency_id

),

same_expert as (

    select
        this.person_id as subject_key,
        this.person_id,
        {{ paired | trim }},
        coalesce(this.document_no = other.document_no, false) as is_one_document
    from claims as this
    inner join claims as other
        on this.person_id = other.person_id
    where
        this.agency_id < other.agency_id
        and this.is_expert
        and other.is_expert

),

-- a pair of claims that matches by document and by person is one hit, of the person
candidates as (

    select * from same_expert
    union all
    select same_document.*
    from same_document
    left join same_expert
        on
            same_document.claim_a_id = same_expert.claim_a_id
            and same_document.claim_b_id = same_expert.claim_b_id
    where same_expert.claim_a_id is null

),

presences as (

    select
        candidates.claim_a_id,
        candidates.claim_b_id,
        count(distinct coalesce(branches.agency_id, spells.agency_id)) as agency_count
    from candidates
    inner join spells
        on candidates.person_id = spells.person_id
    left join branches
        on spells.agency_id = branches.branch_id
    where coalesce(branches.agency_id, spells.agency_id) in (candidates.agency_a_id, candidates.agency_b_id)
    group by candidates.claim_a_id, candidates.claim_b_id

),

served_at_once as (

    select
        shared_days.person_id,
        coalesce(branches_a.agency_id, shared_days.agency_a_id) as one_id,
        coalesce(branches_b.agency_id, shared_days.agency_b_id) as other_id,
        shared_days.overlap_from_on,
        shared_days.overlap_until_on,
        shared_days.first_seen_on
    from shared_days
    left join branches as branches_a
        on shared_days.agency_a_id = branches_a.branch_id
    left join branches as branches_b
        on shared_days.agency_b_id = branches_b.branch_id

),

shared as (

    select
        person_id,
        least(one_id, other_id) as agency_a_id,
        greatest(one_id, other_id) as agency_b_id,
        min(overlap_from_on) as overlap_from_on,
        max(coalesce(overlap_until_on, {{ open_end() }})) as overlap_end_on,
        max(first_seen_on) as first_seen_on
    from served_at_once
    group by person_id, least(one_id, other_id), greatest(one_id, other_id)

),

judged as (

    select
        candidates.*,
        shared.overlap_from_on is not null as is_shared,
        coalesce(presences.agency_count, 0) = 2 as is_at_both,
        case
            when candidates.is_one_document then candidates.claimed_on
            else coalesce(shared.overlap_from_on, candidates.claimed_on)
        end as overlap_from_on,
        case
            when candidates.is_one_document or shared.overlap_from_on is null
                then {{ add_days('candidates.claimed_on', 1) }}
            else nullif(shared.overlap_end_on, {{ open_end() }})
        end as overlap_until_on,
        case
            when candidates.is_one_document then candidates.first_seen_on
            else greatest(candidates.first_seen_on, coalesce(shared.first_seen_on, candidates.first_seen_on))
        end as complete_on,
        row_number() over (
            partition by candidates.subject_key, candidates.agency_a_id, candidates.agency_b_id
            order by
                case when candidates.is_one_document then 0 else 1 end,
                candidates.claimed_on,
                candidates.claim_a_id,
                candidates.claim_b_id
        ) as row_rank
    from candidates
    left join shared
        on
            candidates.person_id = shared.person_id
            and candidates.agency_a_id = shared.agency_a_id
            and candidates.agency_b_id = shared.agency_b_id
    left join presences
        on
            candidates.claim_a_id = presences.claim_a_id
            and candidates.claim_b_id = presences.claim_b_id

),

explained as (

    select
        judged.*,
        case when judged.is_at_both and not judged.is_shared then 'moved' end as explained_by
    from judged
    cross join parameters
    where
        judged.row_rank = 1
        and judged.overlap_from_on <= parameters.as_of_on
        and (judged.is_one_document or judged.is_at_both)

),

final as (

    select
        {{ detected_columns(
            'merit_claimed_twice', 'person_id', 'identity_tier', 'employer_a_evidence', 'employer_b_evidence',
            'overlap_from_on', 'overlap_until_on', 'explained_by', 'last_seen_on',
            subject='subject_key', subject_code='nullif(subject_key, person_id)',
            employer_a_id='agency_a_id',
            employer_b_id='agency_b_id',
            employer_a_from_on='overlap_from_on',
            employer_a_until_on='overlap_until_on',
            employer_b_from_on='overlap_from_on',
            employer_b_until_on='overlap_until_on',
            first_seen_on='complete_on',
            other_dataset="'merit_claims'",
            other_count='2',
            other_seen_on='first_seen_on'
        ) }}
    from explained

)

select * from final
