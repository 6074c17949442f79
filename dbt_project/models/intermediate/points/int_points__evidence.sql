-- Long: six ledgers stand side by side in common columns, so that they can be compared.
-- The datasets in which acts are decided, in common columns. The meaning of each dataset's own words is defined here
-- and nowhere else (credit.md 6.1, 6.5, 6.12). Which rows score, and as which item, is in int_points__rows.
{% set text = dbt.type_string() %}

with

findings as (

    select * from {{ ref('stg_credit_desk__findings') }}

),

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

penalties as (

    select * from {{ ref('stg_inspections__penalties') }}

),

hotline as (

    select * from {{ ref('stg_complaints__hotline') }}

),

media as (

    select * from {{ ref('stg_complaints__media') }}

),

merit_claims as (

    select * from {{ ref('stg_credit_desk__merit_claims') }}

),

complaints_matched as (

    select * from {{ ref('int_complaints_matched') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

unioned as (

    select
        {{ provenance('findings') }},
        agency_id,
        project_no,
        report_no,
        person_key,
        person_mask,
        channel_code,
        clause,
        occurred_on as stated_occurred_on,
        determined_on,
        case
            when status_code = 'effective' then 'scores'
            when status_code = 'objection' then 'disputed'
            when status_code = 'revoked' then 'void'
            else 'not_final'
        end as decision_code,
        true as is_decided,
        -- decided by an authority, but not final
        status_code = 'not_effective' as is_decided_not_final,
        finding_id as stated_number,
        origin_id as linked_number,
        {{ absent(text, ['task_id', 'document_no', 'level_code']) }},
        {{ absent('date', ['accepted_on', 'verified_on', 'public_until_on', 'checked_on']) }},
        quantity,
        row_points
    from findings

    union all

    select
        {{ provenance('checks') }},
        agency_id,
        project_no,
        report_no,
        {{ absent(text, ['person_key', 'person_mask']) }},
        case
            when check_type in ('double_random', 'special') then 'supervision_check'
            when check_type = 'complaint_verification' then 'verified_complaint'
            when check_type = 'acceptance' then 'acceptance'
            when check_type = 'document_review' then 'document_review'
        end as channel_code,
        clause,
        occurred_on as stated_occurred_on,
        determined_on,
        case
            when status_code = 'determined' then 'scores'
            when status_code = 'objection' then 'disputed'
            when status_code = 'revoked' then 'void'
            else 'not_final'
        end as decision_code,
        -- not to uphold is also a decision
        status_code <> 'pending' as is_decided,
        false as is_decided_not_final,
        concat(task_id, '-', task_line) as stated_number,
        {{ absent(text, ['linked_number']) }},
        task_id,
        {{ absent(text, ['document_no', 'level_code']) }},
        {{ absent('date', ['accepted_on']) }},
        case when check_type = 'complaint_verification' then checked_on end as verified_on,
        {{ absent('date', ['public_until_on']) }},
        checked_on,
        quantity,
        row_points
    from checks

    union all

    select
        {{ provenance('penalties') }},
        agency_id,
        project_no,
        {{ absent(text, ['report_no', 'person_key', 'person_mask']) }},
        'supervision_check' as channel_code,
        clause,
        occurred_on as stated_occurred_on,
        determined_on,
        case
            when status_code = 'effective' then 'scores'
            when status_code = 'revoked' then 'void'
            else 'not_final'
        end as decision_code,
        true as is_decided,
        status_code = 'under_review' as is_decided_not_final,
        decision_no as stated_number,
        {{ absent(text, ['linked_number', 'task_id']) }},
        decision_no as document_no,
        {{ absent(text, ['level_code']) }},
        {{ absent('date', ['accepted_on', 'verified_on']) }},
        public_until_on,
        {{ absent('date', ['checked_on']) }},
        quantity,
        row_points
    from penalties

    union all

    select
        {{ provenance('hotline') }},
        complaints_matched.agency_id,
        hotline.project_no,
        {{ absent(text, ['report_no', 'person_key', 'person_mask']) }},
        'verified_complaint' as channel_code,
        hotline.clause,
        hotline.accepted_on as stated_occurred_on,
        hotline.determined_on,
        case
            when hotline.result_code in ('substantiated', 'partly_substantiated') then 'scores'
            else 'not_final'
        end as decision_code,
        hotline.result_code <> 'pending' as is_decided,
        false as is_decided_not_final,
        hotline.ticket_id as stated_number,
        hotline.original_ticket_id as linked_number,
        {{ absent(text, ['task_id', 'document_no', 'level_code']) }},
        hotline.accepted_on,
        {{ absent('date', ['verified_on', 'public_until_on', 'checked_on']) }},
        {{ absent('bigint', ['quantity']) }},
        {{ absent('decimal(9, 2)', ['row_points']) }}
    from hotline
    left join complaints_matched
        on hotline.dataset = complaints_matched.dataset and hotline.row_key = complaints_matched.row_key

    union all

    select
        {{ provenance('media') }},
        complaints_matched.agency_id,
        {{ absent(text, ['project_no', 'report_no', 'person_key', 'person_mask']) }},
        'verified_complaint' as channel_code,
        media.clause,
        media.found_on as stated_occurred_on,
        media.determined_on,
        case
            when media.result_code in ('substantiated', 'partly_substantiated') then 'scores'
            else 'not_final'
        end as decision_code,
        -- any other word may mean that verification goes on
        media.result_code in ('substantiated', 'partly_substantiated', 'unsubstantiated') as is_decided,
        false as is_decided_not_final,
        media.clue_id as stated_number,
        {{ absent(text, ['linked_number', 'task_id', 'document_no', 'level_code']) }},
        {{ absent('date', ['accepted_on', 'verified_on', 'public_until_on', 'checked_on']) }},
        {{ absent('bigint', ['quantity']) }},
        {{ absent('decimal(9, 2)', ['row_points']) }}
    from media
    left join complaints_matched
        on media.dataset = complaints_matched.dataset and media.row_key = complaints_matched.row_key

    union all

    -- no other ledger refers to a merit claim
    select
        {{ provenance('merit_claims') }},
        agency_id,
        {{ absent(text, ['project_no', 'report_no']) }},
        person_key,
        person_mask,
        {{ absent(text, ['channel_code']) }},
        clause,
        occurred_on as stated_occurred_on,
        determined_on,
        case when status_code = 'approved' then 'scores' else 'not_final' end as decision_code,
        status_code <> 'pending' as is_decided,
        false as is_decided_not_final,
        {{ absent(text, ['stated_number', 'linked_number', 'task_id']) }},
        document_no,
        level_code,
        {{ absent('date', ['accepted_on', 'verified_on', 'public_until_on', 'checked_on']) }},
        {{ absent('bigint', ['quantity']) }},
        {{ absent('decimal(9, 2)', ['row_points']) }}
    from merit_claims

),

final as (

    select
        {{ provenance('unioned') }},
        nullif(unioned.document_no, '') as document_no,
        -- the agency whose act it is, also where the row names its branch (Q28)
        coalesce(branches.agency_id, unioned.agency_id) as agency_id,
        nullif(unioned.project_no, '') as project_no,
        nullif(unioned.report_no, '') as report_no,
        unioned.person_key,
        unioned.person_mask,
        unioned.channel_code,
        coalesce(unioned.clause, '') as clause,
        unioned.level_code,
        -- without a date of the act determined_on counts, in the case key too (6.2)
        coalesce(unioned.stated_occurred_on, unioned.determined_on) as occurred_on,
        unioned.determined_on,
        unioned.decision_code,
        -- an empty status means undecided
        coalesce(unioned.is_decided, false) as is_decided,
        coalesce(unioned.is_decided_not_final, false) as is_decided_not_final,
        unioned.public_until_on,
        unioned.stated_number,
        unioned.task_id,
        nullif(unioned.linked_number, '') as linked_number,
        unioned.accepted_on,
        unioned.verified_on,
        unioned.checked_on,
        unioned.quantity,
        unioned.row_points
    from unioned
    left join branches on unioned.agency_id = branches.branch_id

)

select * from final
