-- The datasets in which an act is decided, in common columns; what their own words mean is said here and nowhere else
-- (credit.md 6.1, 6.5, 6.12). Which of them score, and as which item, is int_points__rows.
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
        source,
        dataset,
        source_key,
        row_key,
        file_hash,
        sheet,
        row_number,
        received_on,
        cast(null as {{ dbt.type_string() }}) as document_no,
        agency_id,
        nullif(project_no, '') as project_no,
        nullif(report_no, '') as report_no,
        person_key,
        person_mask,
        channel_code,
        coalesce(clause, '') as clause,
        is_clause_bare,
        cast(null as {{ dbt.type_string() }}) as level_code,
        occurred_on as stated_occurred_on,
        determined_on,
        case
            when status_code = 'effective' then 'scores'
            when status_code = 'objection' then 'disputed'
            when status_code = 'revoked' then 'void'
            else 'not_final'
        end as decision_code,
        -- decided by an authority, and yet not final
        status_code = 'not_effective' as is_decided_not_final,
        cast(null as date) as public_until_on,
        finding_id as stated_number,
        cast(null as {{ dbt.type_string() }}) as task_id,
        nullif(origin_id, '') as linked_number,
        cast(null as date) as accepted_on,
        cast(null as date) as verified_on
    from findings

    union all

    select
        source,
        dataset,
        source_key,
        row_key,
        file_hash,
        sheet,
        row_number,
        received_on,
        cast(null as {{ dbt.type_string() }}) as document_no,
        agency_id,
        nullif(project_no, '') as project_no,
        nullif(report_no, '') as report_no,
        cast(null as {{ dbt.type_string() }}) as person_key,
        cast(null as {{ dbt.type_string() }}) as person_mask,
        case
            when check_type in ('double_random', 'special') then 'supervision_check'
            when check_type = 'complaint_verification' then 'verified_complaint'
            when check_type = 'acceptance' then 'acceptance'
            when check_type = 'document_review' then 'document_review'
        end as channel_code,
        coalesce(clause, '') as clause,
        is_clause_bare,
        cast(null as {{ dbt.type_string() }}) as level_code,
        occurred_on as stated_occurred_on,
        determined_on,
        case
            when status_code = 'determined' then 'scores'
            when status_code = 'objection' then 'disputed'
            when status_code = 'revoked' then 'void'
            else 'not_final'
        end as decision_code,
        false as is_decided_not_final,
        cast(null as date) as public_until_on,
        concat(task_id, '-', task_line) as stated_number,
        task_id,
        cast(null as {{ dbt.type_string() }}) as linked_number,
        cast(null as date) as accepted_on,
        case when check_type = 'complaint_verification' then checked_on end as verified_on
    from checks

    union all

    select
        source,
        dataset,
        source_key,
        row_key,
        file_hash,
        sheet,
        row_number,
        received_on,
        decision_no as document_no,
        agency_id,
        nullif(project_no, '') as project_no,
        cast(null as {{ dbt.type_string() }}) as report_no,
        cast(null as {{ dbt.type_string() }}) as person_key,
        cast(null as {{ dbt.type_string() }}) as person_mask,
        'supervision_check' as channel_code,
        coalesce(clause, '') as clause,
        is_clause_bare,
        cast(null as {{ dbt.type_string() }}) as level_code,
        occurred_on as stated_occurred_on,
        determined_on,
        case
            when status_code = 'effective' then 'scores'
            when status_code = 'revoked' then 'void'
            else 'not_final'
        end as decision_code,
        status_code = 'under_review' as is_decided_not_final,
        public_until_on,
        decision_no as stated_number,
        cast(null as {{ dbt.type_string() }}) as task_id,
        cast(null as {{ dbt.type_string() }}) as linked_number,
        cast(null as date) as accepted_on,
        cast(null as date) as verified_on
    from penalties

    union all

    select
        hotline.source,
        hotline.dataset,
        hotline.source_key,
        hotline.row_key,
        hotline.file_hash,
        hotline.sheet,
        hotline.row_number,
        hotline.received_on,
        cast(null as {{ dbt.type_string() }}) as document_no,
        complaints_matched.agency_id,
        nullif(hotline.project_no, '') as project_no,
        cast(null as {{ dbt.type_string() }}) as report_no,
        cast(null as {{ dbt.type_string() }}) as person_key,
        cast(null as {{ dbt.type_string() }}) as person_mask,
        'verified_complaint' as channel_code,
        coalesce(hotline.clause, '') as clause,
        hotline.is_clause_bare,
        cast(null as {{ dbt.type_string() }}) as level_code,
        hotline.accepted_on as stated_occurred_on,
        hotline.determined_on,
        case
            when hotline.result_code in ('substantiated', 'partly_substantiated') then 'scores'
            else 'not_final'
        end as decision_code,
        false as is_decided_not_final,
        cast(null as date) as public_until_on,
        hotline.ticket_id as stated_number,
        cast(null as {{ dbt.type_string() }}) as task_id,
        nullif(hotline.original_ticket_id, '') as linked_number,
        hotline.accepted_on,
        cast(null as date) as verified_on
    from hotline
    left join complaints_matched
        on
            hotline.dataset = complaints_matched.dataset
            and hotline.row_key = complaints_matched.row_key

    union all

    select
        media.source,
        media.dataset,
        media.source_key,
        media.row_key,
        media.file_hash,
        media.sheet,
        media.row_number,
        media.received_on,
        cast(null as {{ dbt.type_string() }}) as document_no,
        complaints_matched.agency_id,
        cast(null as {{ dbt.type_string() }}) as project_no,
        cast(null as {{ dbt.type_string() }}) as report_no,
        cast(null as {{ dbt.type_string() }}) as person_key,
        cast(null as {{ dbt.type_string() }}) as person_mask,
        'verified_complaint' as channel_code,
        coalesce(media.clause, '') as clause,
        media.is_clause_bare,
        cast(null as {{ dbt.type_string() }}) as level_code,
        media.found_on as stated_occurred_on,
        media.determined_on,
        case
            when media.result_code in ('substantiated', 'partly_substantiated') then 'scores'
            else 'not_final'
        end as decision_code,
        false as is_decided_not_final,
        cast(null as date) as public_until_on,
        media.clue_id as stated_number,
        cast(null as {{ dbt.type_string() }}) as task_id,
        cast(null as {{ dbt.type_string() }}) as linked_number,
        cast(null as date) as accepted_on,
        cast(null as date) as verified_on
    from media
    left join complaints_matched
        on
            media.dataset = complaints_matched.dataset
            and media.row_key = complaints_matched.row_key

    union all

    select
        source,
        dataset,
        source_key,
        row_key,
        file_hash,
        sheet,
        row_number,
        received_on,
        document_no,
        agency_id,
        cast(null as {{ dbt.type_string() }}) as project_no,
        cast(null as {{ dbt.type_string() }}) as report_no,
        person_key,
        person_mask,
        cast(null as {{ dbt.type_string() }}) as channel_code,
        coalesce(clause, '') as clause,
        false as is_clause_bare,
        level_code,
        occurred_on as stated_occurred_on,
        determined_on,
        case when status_code = 'approved' then 'scores' else 'not_final' end as decision_code,
        false as is_decided_not_final,
        cast(null as date) as public_until_on,
        -- no other ledger names a merit claim
        cast(null as {{ dbt.type_string() }}) as stated_number,
        cast(null as {{ dbt.type_string() }}) as task_id,
        cast(null as {{ dbt.type_string() }}) as linked_number,
        cast(null as date) as accepted_on,
        cast(null as date) as verified_on
    from merit_claims

),

final as (

    select
        unioned.source,
        unioned.dataset,
        unioned.source_key,
        unioned.row_key,
        unioned.file_hash,
        unioned.sheet,
        unioned.row_number,
        unioned.received_on,
        nullif(unioned.document_no, '') as document_no,
        {{ reference_key("nullif(unioned.document_no, '')") }} as document_key,
        -- whose act it is, though the row may name a branch (Q28)
        coalesce(branches.agency_id, unioned.agency_id) as agency_id,
        unioned.project_no,
        unioned.report_no,
        {{ reference_key('unioned.project_no') }} as project_key,
        {{ reference_key('unioned.report_no') }} as report_key,
        unioned.person_key,
        unioned.person_mask,
        unioned.channel_code,
        unioned.clause,
        coalesce(unioned.is_clause_bare, false) as is_clause_bare,
        unioned.level_code,
        -- an empty act date counts as determined_on, in the case key too (6.2)
        coalesce(unioned.stated_occurred_on, unioned.determined_on) as occurred_on,
        unioned.determined_on,
        unioned.decision_code,
        coalesce(unioned.is_decided_not_final, false) as is_decided_not_final,
        unioned.public_until_on,
        {{ reference_key('unioned.stated_number') }} as reference_key,
        {{ reference_key('unioned.task_id') }} as task_reference_key,
        {{ reference_key('unioned.linked_number') }} as linked_reference_key,
        unioned.accepted_on,
        unioned.verified_on
    from unioned
    left join branches on unioned.agency_id = branches.branch_id

)

select * from final
