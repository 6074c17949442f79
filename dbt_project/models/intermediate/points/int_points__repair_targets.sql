-- The numbers that each application lists, and the lines that each number would end (credit.md 6.6).
with

repairs as (

    select * from {{ ref('stg_credit_desk__repairs') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

evidence_rows as (

    select * from {{ ref('int_points__rows') }}

),

lines as (

    select * from {{ ref('int_points__lines') }}

),

split_ids as (

    select
        repairs.row_key,
        repairs.application_id,
        coalesce(branches.agency_id, repairs.agency_id) as agency_id,
        {{ explode_text('repairs.target_ids', '、') }} as target_id
    from repairs
    left join branches on repairs.agency_id = branches.branch_id

),

listed as (

    select distinct
        row_key,
        application_id,
        agency_id,
        target_id
    from split_ids
    where target_id <> ''

),

matched as (

    select
        listed.row_key,
        listed.application_id,
        listed.agency_id,
        listed.target_id,
        evidence_rows.dataset as target_dataset,
        evidence_rows.row_key as target_row_key,
        lines.line_id,
        lines.item_code,
        case
            when evidence_rows.row_key is null then 'unknown'
            when evidence_rows.agency_id is null then 'no_line'
            when evidence_rows.agency_id <> listed.agency_id then 'other_agency'
            when lines.line_id is null then 'no_line'
            when not lines.is_repairable then 'not_repairable'
            else 'ok'
        end as target_state
    from listed
    left join evidence_rows on listed.target_id = evidence_rows.stated_number
    -- a row that is void or not scored has no line that could be in force
    left join lines
        on
            evidence_rows.line_id = lines.line_id
            and lines.line_kind = 'misconduct'

),

-- each ledger has its own numbers, so one number may be in two of them; findings come first
ranked as (

    select
        *,
        row_number() over preferred as preference,
        first_value(target_dataset) over preferred as preferred_dataset,
        first_value(target_row_key) over preferred as preferred_row_key
    from matched
    window preferred as (
        partition by row_key, target_id
        order by
            target_state = 'ok' desc,
            target_state = 'other_agency',
            coalesce(target_dataset = 'findings', false) desc,
            coalesce(target_dataset, ''),
            coalesce(target_row_key, ''),
            coalesce(item_code, '')
    )

),

final as (

    select
        row_key,
        application_id,
        agency_id,
        target_id,
        target_state,
        case when target_state in ('ok', 'not_repairable') then line_id end as line_id,
        case when target_state in ('ok', 'not_repairable') then item_code end as item_code,
        case when target_state <> 'other_agency' then target_dataset end as target_dataset,
        case when target_state <> 'other_agency' then target_row_key end as target_row_key
    from ranked
    -- a row may have a line for each of its items: keep those that can be repaired, else one that says why not
    where
        preference = 1
        or (
            target_state = 'ok'
            and target_dataset = preferred_dataset
            and target_row_key = preferred_row_key
        )

)

select * from final
