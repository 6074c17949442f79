-- One line per case and item (credit.md 6.4), before same_act, caps and repairs; and one line for each row and item that
-- is void from the start or not scored, so that nothing decided vanishes.
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

next_events as (

    select * from {{ ref('int_points__next_events') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

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

-- the version on the first determination rules the whole line
gathered as (

    select
        line_id,
        min_by(rulebook_id, determined_on) as rulebook_id,
        min(determined_on) as first_determined_on,
        min(occurred_on) as first_occurred_on,
        -- whoever reads the line should know that part of what it rests on is contested
        bool_or(row_state = 'disputed') as is_disputed,
        min(disputed_since_on) as disputed_since_on,
        case when bool_and(dataset = 'penalties') then max(public_until_on) end as public_until_on,
        max(quantity) as quantity,
        max(row_points) as row_points
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

-- the row that starts the clock; of several on one day the one received first
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
            and case
                when clocked.clock_start = 'act_on' then scoring_rows.occurred_on
                else scoring_rows.determined_on
            end = clocked.clock_start_on

),

started as (

    select
        clocked.line_id,
        case when evidence_rows.dataset = 'merit_claims' then 'merit' else 'misconduct' end as line_kind,
        evidence_rows.agency_id,
        evidence_rows.case_id,
        evidence_rows.item_code,
        items.component_code,
        clocked.rulebook_id,
        -- points of the item or of the row, for one or for as many as the row says
        cast(
            components.sign
            * case when items.points_from = 'row' then clocked.row_points else items.points end
            * case when items.quantity_from = 'row' then coalesce(clocked.quantity, 1) else 1 end
            as decimal(9, 2)
        ) as single_points,
        items.repeat_factor,
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
    inner join ranked
        on
            clocked.line_id = ranked.line_id
            and ranked.start_order = 1
    inner join evidence_rows
        on
            ranked.line_id = evidence_rows.line_id
            and ranked.dataset = evidence_rows.dataset
            and ranked.row_key = evidence_rows.row_key
    inner join items
        on
            clocked.rulebook_id = items.rulebook_id
            and evidence_rows.item_code = items.item_code
    inner join components
        on
            items.rulebook_id = components.rulebook_id
            and items.component_code = components.component_code
    left join repair_policy on clocked.rulebook_id = repair_policy.rulebook_id

),

acts as (

    select
        rulebook_id,
        component_code,
        agency_id,
        acted_on as act_on
    from started
    where window_code = 'until_next'

),

{{ next_days('acts', 'next_events') }},

windowed as (

    select
        started.*,
        {{ evaluation_window(
            'started.window_code', 'started.clock_start_on', 'started.window_last_day', 'next_days.next_on',
            'starts.starts_on'
        ) }} as valid_until_on
    from started
    left join next_days
        on
            started.window_code = 'until_next'
            and started.rulebook_id = next_days.rulebook_id
            and started.component_code = next_days.component_code
            and started.agency_id = next_days.agency_id
            and started.acted_on = next_days.act_on
    left join starts
        on
            started.window_code = 'own_year'
            and started.agency_id = starts.agency_id

),

repeating_items as (

    select distinct item_code
    from items
    where repeat_factor is not null

),

{{ repeated_lines('windowed', 'clock_start_on') }},

-- a check that a case has beside rows that come from none: of several the one received first
case_checks as (

    select
        without_check.case_id,
        min_by(
            checks.occasion_task_id,
            concat(cast(checks.received_on as {{ dbt.type_string() }}), checks.source_key, checks.row_key)
        ) as task_id
    from evidence_rows as without_check
    inner join evidence_rows as checks
        on
            without_check.case_id = checks.case_id
            and checks.dataset = 'checks'
    where
        without_check.line_id is not null
        and without_check.occasion_task_id is null
        and without_check.dataset <> 'merit_claims'
    group by without_check.case_id

),

scoring_lines as (

    select
        windowed.line_id,
        windowed.line_kind,
        windowed.agency_id,
        windowed.case_id,
        windowed.item_code,
        windowed.component_code,
        windowed.rulebook_id,
        {{ repeated_points('windowed') }} as points,
        windowed.effect,
        windowed.effect_grade,
        windowed.clock_start_on,
        windowed.clock_start_on as valid_from_on,
        windowed.valid_until_on,
        windowed.window_code = 'until_next' as is_until_next,
        windowed.is_repairable,
        windowed.is_disputed,
        windowed.disputed_since_on,
        windowed.source,
        windowed.dataset,
        windowed.source_key,
        windowed.file_hash,
        windowed.sheet,
        windowed.row_number,
        windowed.document_no,
        windowed.occurred_on,
        windowed.determined_on,
        cast(null as {{ dbt.type_string() }}) as not_scored_reason,
        windowed.public_until_on,
        coalesce(windowed.occasion_task_id, case_checks.task_id, windowed.case_id) as occasion_key
    from windowed
    left join repeated on windowed.line_id = repeated.line_id
    left join case_checks on windowed.case_id = case_checks.case_id

),

-- these were never in force: their span is empty
idle_lines as (

    select
        evidence_rows.line_id,
        evidence_rows.row_state as line_kind,
        evidence_rows.agency_id,
        evidence_rows.case_id,
        evidence_rows.item_code,
        items.component_code,
        evidence_rows.rulebook_id,
        cast(0 as decimal(9, 2)) as points,
        items.effect,
        items.effect_grade,
        evidence_rows.determined_on as clock_start_on,
        evidence_rows.determined_on as valid_from_on,
        evidence_rows.determined_on as valid_until_on,
        false as is_until_next,
        items.is_repairable,
        false as is_disputed,
        cast(null as date) as disputed_since_on,
        evidence_rows.source,
        evidence_rows.dataset,
        evidence_rows.source_key,
        evidence_rows.file_hash,
        evidence_rows.sheet,
        evidence_rows.row_number,
        evidence_rows.document_no,
        evidence_rows.occurred_on,
        evidence_rows.determined_on,
        evidence_rows.not_scored_reason,
        cast(null as date) as public_until_on,
        coalesce(evidence_rows.occasion_task_id, case_checks.task_id, evidence_rows.case_id) as occasion_key
    from evidence_rows
    left join case_checks on evidence_rows.case_id = case_checks.case_id
    left join items
        on
            evidence_rows.rulebook_id = items.rulebook_id
            and evidence_rows.item_code = items.item_code
    where evidence_rows.line_id is not null and evidence_rows.row_state in ('void', 'not_scored')

),

final as (

    select * from scoring_lines

    union all

    select * from idle_lines

)

select * from final
