-- Each line of evidence with its window, its occasion and its points as a first occurrence; and one line for each row
-- and item that is void from the start or not scored, so that no decision disappears.
with

evidence_rows as (

    select * from {{ ref('int_points__rows') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

next_events as (

    select * from {{ ref('int_points__next_events') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

started as (

    select * from {{ ref('int_points__lines_begun') }}

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

{{ next_event_days('acts', 'next_events') }},

windowed as (

    select
        started.*,
        case
            when started.quantity is null then started.one_points
            else cast(started.one_points * started.quantity as decimal(9, 2))
        end as single_points,
        {{ evaluation_window(
            'started.window_code', 'started.clock_start_on', 'started.window_last_day', 'next_event_days.next_on',
            'starts.starts_on'
        ) }} as valid_until_on
    from started
    left join next_event_days
        on
            started.window_code = 'until_next'
            and started.rulebook_id = next_event_days.rulebook_id
            and started.component_code = next_event_days.component_code
            and started.agency_id = next_event_days.agency_id
            and started.acted_on = next_event_days.act_on
    left join starts
        on
            started.window_code = 'own_year'
            and started.agency_id = starts.agency_id

),

-- in a case with checks, rows that come from no check belong to the check received first
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
        windowed.single_points as points,
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
        coalesce(windowed.occasion_task_id, case_checks.task_id) as occasion_task_id
    from windowed
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
        coalesce(evidence_rows.occasion_task_id, case_checks.task_id) as occasion_task_id
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
