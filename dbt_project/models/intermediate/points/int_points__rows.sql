-- Each row of evidence and each of its items, with its case (credit.md 6.3), its items (6.5), and whether it scores
-- (6.1, 6.2, 6.12).
with

evidence as (

    select * from {{ ref('int_points__evidence') }}

),

readings as (

    select * from {{ ref('int_points__clauses_read') }}

),

roots as (

    select * from {{ ref('int_points__roots_followed') }}

),

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

),

item_channels as (

    select * from {{ ref('stg_rulebook__item_channels') }}

),

first_versions as (

    select min(effective_from_on) as effective_from_on
    from rulebooks

),

-- the version in force on each day of a determination; before the first version, the first
determination_days as (

    select distinct determined_on
    from evidence

),

versions as (

    select
        determination_days.determined_on,
        rulebooks.rulebook_id,
        -- rounding returns every score to the step; without it, points that are no multiple of the step cannot score
        case when rulebooks.rounding = 'none' then rulebooks.score_step end as points_step,
        determination_days.determined_on < first_versions.effective_from_on as is_before_first
    from determination_days
    cross join first_versions
    inner join rulebooks
        on
            rulebooks.effective_from_on
            <= greatest(determination_days.determined_on, first_versions.effective_from_on)
            and (
                rulebooks.effective_until_on is null
                or rulebooks.effective_until_on
                > greatest(determination_days.determined_on, first_versions.effective_from_on)
            )

),

keyed as (

    select
        evidence.*,
        versions.rulebook_id,
        versions.points_step,
        readings.item_code,
        coalesce(readings.item_number, 1) as item_number,
        readings.is_row_points,
        versions.is_before_first or evidence.occurred_on < first_versions.effective_from_on as is_before_first,
        coalesce(
            readings.is_any_channel
            or item_channels.channel_code is not null
            -- a merit is claimed: it comes through no channel
            or evidence.dataset = 'merit_claims',
            false
        ) as is_channel_listed,
        coalesce(roots.root_dataset, evidence.dataset) as root_dataset,
        coalesce(roots.root_row_key, evidence.row_key) as root_row_key,
        case when roots.row_key is null then evidence.occurred_on else roots.occurred_on end
            as root_occurred_on,
        case when roots.row_key is null then evidence.project_no else roots.project_no end
            as root_project_no,
        case when roots.row_key is null then evidence.report_no else roots.report_no end
            as root_report_no,
        coalesce(evidence.task_id, roots.task_id) as occasion_task_id
    from evidence
    cross join first_versions
    left join versions on evidence.determined_on = versions.determined_on
    left join readings
        on
            versions.rulebook_id = readings.rulebook_id
            and evidence.dataset = readings.dataset
            and evidence.clause = readings.clause
            and coalesce(evidence.level_code, '') = coalesce(readings.level_code, '')
    left join item_channels
        on
            versions.rulebook_id = item_channels.rulebook_id
            and readings.item_code = item_channels.item_code
            and evidence.channel_code = item_channels.channel_code
    left join roots
        on
            evidence.dataset = roots.dataset
            and evidence.row_key = roots.row_key

),

judged as (

    select
        *,
        -- the case key of the root (6.3); a root without a date of its act is a case of its own
        case
            when agency_id is null then cast(null as {{ dbt.type_string() }})
            when dataset = 'merit_claims' and document_no is not null
                then {{ surrogate_key([
                    "'merit'", 'agency_id', 'coalesce(item_code, clause)', 'document_no', 'coalesce(person_key, person_mask)'
                ]) }}
            when root_occurred_on is not null and root_project_no is not null
                then {{ surrogate_key(["'project'", 'agency_id', 'root_occurred_on', 'root_project_no']) }}
            when root_occurred_on is not null and root_report_no is not null
                then {{ surrogate_key(["'report'", 'agency_id', 'root_occurred_on', 'root_report_no']) }}
            else {{ surrogate_key(["'row'", 'root_dataset', 'root_row_key']) }}
        end as case_id,
        case
            when decision_code = 'not_final' or determined_on is null then cast(null as {{ dbt.type_string() }})
            when agency_id is null then 'agency_unresolved'
            when dataset in ('checks', 'penalties') and clause = '' then 'clause_missing'
            when decision_code = 'void' then cast(null as {{ dbt.type_string() }})
            when is_before_first then 'before_first_version'
            when item_code is null then 'clause_unmapped'
            when not is_channel_listed then 'channel'
            when is_row_points and row_points is null then 'points_missing'
            when is_row_points and row_points % points_step <> 0 then 'points_off_step'
        end as not_scored_reason
    from keyed

),

stated as (

    select
        *,
        case
            when decision_code = 'not_final' then 'not_final'
            when determined_on is null then 'waiting'
            when not_scored_reason is not null then 'not_scored'
            else decision_code
        end as row_state
    from judged

),

final as (

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
        clause,
        level_code,
        item_code,
        item_number,
        rulebook_id,
        occurred_on,
        determined_on,
        checked_on,
        row_state,
        not_scored_reason,
        is_decided_not_final,
        case_id,
        root_dataset,
        root_row_key,
        -- rows that score share the line of their case and item; a row that is void or not scored has its own;
        -- a row without an agency, or without a clause, has none
        case
            when row_state in ('scores', 'disputed')
                then {{ surrogate_key(["'line'", 'case_id', 'item_code']) }}
            when
                row_state = 'void'
                or not_scored_reason
                in ('before_first_version', 'clause_unmapped', 'channel', 'points_missing', 'points_off_step')
                then
                    case
                        when item_number = 1 then {{ surrogate_key(["'row'", 'dataset', 'row_key']) }}
                        else {{ surrogate_key(["'row'", 'dataset', 'row_key', 'item_code']) }}
                    end
        end as line_id,
        public_until_on,
        stated_number,
        occasion_task_id,
        quantity,
        row_points
    from stated

)

select * from final
