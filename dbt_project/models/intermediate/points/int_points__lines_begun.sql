-- Each line that scores (credit.md 6.4): the row that starts its clock, the points of one occurrence and, if the item
-- counts them, the number of occurrences. Its end and its repetition are added in int_points__lines.
{{ config(materialized='view') }}

with

evidence_rows as (

    select * from {{ ref('int_points__rows') }}

),

disputes as (

    select * from {{ ref('int_points__disputes_dated') }}

),

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

components as (

    select * from {{ ref('stg_rulebook__components') }}

),

repair_policy as (

    select * from {{ ref('stg_rulebook__repair_policy') }}

),

scoring_rows as (

    select
        evidence_rows.line_id,
        evidence_rows.dataset,
        evidence_rows.row_key,
        evidence_rows.source_key,
        evidence_rows.received_on,
        evidence_rows.rulebook_id,
        evidence_rows.occurred_on,
        evidence_rows.determined_on,
        evidence_rows.row_state,
        disputes.disputed_since_on,
        evidence_rows.public_until_on,
        evidence_rows.quantity,
        evidence_rows.row_points
    from evidence_rows
    left join disputes
        on
            evidence_rows.dataset = disputes.dataset
            and evidence_rows.row_key = disputes.row_key
    where evidence_rows.row_state in ('scores', 'disputed')

),

-- the version on the first determination applies to the whole line
gathered as (

    select
        line_id,
        min_by(rulebook_id, determined_on) as rulebook_id,
        min(determined_on) as first_determined_on,
        min(occurred_on) as first_occurred_on,
        -- readers of the line should know that some of its evidence is contested
        bool_or(row_state = 'disputed') as is_disputed,
        min(disputed_since_on) as disputed_since_on,
        case when bool_and(dataset = 'penalties') then max(public_until_on) end as public_until_on,
        max(quantity) as quantity,
        max(row_points) as row_points,
        count(*) as row_count,
        -- the row, where there is only one
        min(dataset) as dataset,
        min(row_key) as row_key
    from scoring_rows
    group by line_id

),

clocked as (

    select
        gathered.*,
        rulebooks.clock_start,
        rulebooks.window_last_day,
        case
            when rulebooks.clock_start = 'act_on' then gathered.first_occurred_on
            else gathered.first_determined_on
        end as clock_start_on
    from gathered
    inner join rulebooks on gathered.rulebook_id = rulebooks.rulebook_id

),

-- the row that starts the clock; of several on one day the one received first. Most lines have only one row.
ranked as (

    select
        scoring_rows.line_id,
        scoring_rows.dataset,
        scoring_rows.row_key,
        row_number() over (
            partition by scoring_rows.line_id
            order by scoring_rows.received_on, scoring_rows.dataset, scoring_rows.source_key, scoring_rows.row_key
        ) as start_order
    from scoring_rows
    inner join clocked
        on
            scoring_rows.line_id = clocked.line_id
            and clocked.row_count > 1
            and case
                when clocked.clock_start = 'act_on' then scoring_rows.occurred_on
                else scoring_rows.determined_on
            end = clocked.clock_start_on

),

final as (

    select
        clocked.line_id,
        case when evidence_rows.dataset = 'merit_claims' then 'merit' else 'misconduct' end as line_kind,
        evidence_rows.agency_id,
        evidence_rows.case_id,
        evidence_rows.item_code,
        items.component_code,
        clocked.rulebook_id,
        cast(
            components.sign
            * case when items.points_from = 'row' then clocked.row_points else items.points end as decimal(9, 2)
        ) as one_points,
        case when items.quantity_from = 'row' then coalesce(clocked.quantity, 1) end as quantity,
        items.effect,
        items.effect_grade,
        clocked.clock_start_on,
        case
            when repair_policy.natural_repair = 'none' then 'lifetime'
            else components.window_code
        end as window_code,
        clocked.window_last_day,
        items.is_repairable,
        clocked.is_disputed,
        clocked.disputed_since_on,
        evidence_rows.source,
        evidence_rows.dataset,
        evidence_rows.source_key,
        evidence_rows.file_hash,
        evidence_rows.sheet,
        evidence_rows.row_number,
        evidence_rows.document_no,
        evidence_rows.occurred_on,
        coalesce(evidence_rows.checked_on, evidence_rows.occurred_on) as acted_on,
        evidence_rows.occasion_task_id,
        clocked.first_determined_on as determined_on,
        clocked.public_until_on
    from clocked
    left join ranked
        on
            clocked.line_id = ranked.line_id
            and ranked.start_order = 1
    inner join evidence_rows
        on
            clocked.line_id = evidence_rows.line_id
            and coalesce(ranked.dataset, clocked.dataset) = evidence_rows.dataset
            and coalesce(ranked.row_key, clocked.row_key) = evidence_rows.row_key
    inner join items
        on
            clocked.rulebook_id = items.rulebook_id
            and evidence_rows.item_code = items.item_code
    inner join components
        on
            items.rulebook_id = components.rulebook_id
            and items.component_code = components.component_code
    left join repair_policy on clocked.rulebook_id = repair_policy.rulebook_id

)

select * from final
