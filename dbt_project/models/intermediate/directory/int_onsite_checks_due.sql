/* The monthly batch. An agency that is complete and conforming on the last day of a month, was listed by application or
platform, and is neither published nor passed on site, is due in the next month. Lists arrive monthly: an agency that
submitted before a month, and that the month's first lists show by the due day, is in that month's batch. An agency
whose check is still due is not added again. */

with

build as (

    select * from {{ ref('int_build_requested') }}

),

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

standings as (

    select * from {{ ref('int_agency_standings') }}

),

site_checks as (

    select * from {{ ref('stg_registry__site_checks') }}

),

task_kinds as (

    select * from {{ ref('tasks') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}
    where object_type = 'directory' and decision_code = 'exit'

),

first_months as (

    select
        agency_drops.agency_id,
        agency_drops.received_on as first_drop_on,
        {{ add_days(month_start('agency_drops.received_on'), -1) }} as eve_on,
        {{ add_days(month_start('agency_drops.received_on'), 'task_kinds.due_day_of_month - 1') }} as due_on,
        row_number() over (partition by agency_drops.agency_id order by agency_drops.received_on) as drop_number,
        agency_drops.submitted_on
    from agency_drops
    cross join task_kinds
    where task_kinds.task_code = 'onsite_check'

),

submitted as (

    select
        agency_id,
        first_drop_on,
        eve_on,
        due_on
    from first_months
    where
        drop_number = 1
        and submitted_on <= eve_on
        and first_drop_on <= due_on

),

-- the directory's row says until when its agency waits for the check
waiting as (

    select
        agency_drops.agency_id,
        coalesce(submitted.eve_on, agency_drops.received_on) as from_on,
        least(
            coalesce(agency_drops.next_shown_on, {{ open_end() }}),
            coalesce(agency_drops.published_on, {{ open_end() }}),
            coalesce(
                case
                    when agency_drops.onsite_result = 'passed'
                        then coalesce(agency_drops.onsite_checked_on, agency_drops.received_on)
                end,
                {{ open_end() }}
            ),
            coalesce(decisions.decided_on, {{ open_end() }})
        ) as until_on
    from agency_drops
    left join decisions
        on agency_drops.agency_id = decisions.object_id
    left join submitted
        on
            agency_drops.agency_id = submitted.agency_id
            and agency_drops.received_on = submitted.first_drop_on
    where
        coalesce(agency_drops.listing_basis, 'applied') <> 'grandfathered_28'
        and coalesce(agency_drops.registry_status, 'normal') = 'normal'

),

complete_spans as (

    select
        standings.agency_id,
        coalesce(submitted.eve_on, standings.valid_from_on) as from_on,
        coalesce(standings.valid_until_on, {{ open_end() }}) as until_on
    from standings
    left join submitted
        on
            standings.agency_id = submitted.agency_id
            and standings.valid_from_on between submitted.first_drop_on and submitted.due_on
    where standings.is_complete and standings.is_conforming

),

pieces as (

    select
        waiting.agency_id,
        greatest(waiting.from_on, complete_spans.from_on) as from_on,
        least(waiting.until_on, complete_spans.until_on) as until_on
    from waiting
    inner join complete_spans
        on
            waiting.agency_id = complete_spans.agency_id
            and waiting.from_on < complete_spans.until_on
            and waiting.until_on > complete_spans.from_on

),

-- a month is in the batch when the last day of the month before is in the piece
month_numbers as (

    select
        pieces.agency_id,
        pieces.from_on,
        pieces.until_on,
        {{ integers_between(
            month_index('pieces.from_on') ~ ' + 1',
            'least(' ~ month_index('pieces.until_on') ~ ', ' ~ month_index('build.as_of_on') ~ ')'
        ) }} as month_number
    from pieces
    cross join build
    where
        pieces.from_on < pieces.until_on
        and {{ month_index('pieces.from_on') }} < {{ month_index('build.as_of_on') }}

),

months as (

    select distinct
        agency_id,
        {{ month_from_index('month_number') }} as opened_on
    from month_numbers

),

checked as (

    select
        agency_id,
        checked_on,
        coalesce(recheck_result_code, result_code) as result_code
    from site_checks
    where checked_on is not null
    union
    select
        agency_id,
        onsite_checked_on as checked_on,
        onsite_result as result_code
    from agency_drops
    where onsite_checked_on is not null

),

passed as (

    select
        agency_id,
        min(checked_on) as passed_on
    from checked
    where result_code = 'passed'
    group by agency_id

),

owed as (

    select
        months.agency_id,
        months.opened_on,
        lag(months.opened_on) over (partition by months.agency_id order by months.opened_on) as previous_opened_on
    from months
    left join passed
        on months.agency_id = passed.agency_id
    where passed.passed_on is null or passed.passed_on >= months.opened_on

),

opened as (

    select
        owed.agency_id,
        owed.opened_on
    from owed
    left join checked
        on
            owed.agency_id = checked.agency_id
            and owed.previous_opened_on <= checked.checked_on
            and owed.opened_on > checked.checked_on
    where owed.previous_opened_on is null or checked.agency_id is not null
    group by owed.agency_id, owed.opened_on

),

published as (

    select
        agency_id,
        min(published_on) as published_on
    from agency_drops
    group by agency_id

),

final as (

    select
        opened.agency_id,
        opened.opened_on,
        min(
            case when checked.checked_on >= opened.opened_on then checked.checked_on end
        ) as checked_on,
        min(
            case when published.published_on >= opened.opened_on then published.published_on end
        ) as published_on
    from opened
    left join checked
        on opened.agency_id = checked.agency_id
    left join published
        on opened.agency_id = published.agency_id
    group by opened.agency_id, opened.opened_on

)

select * from final
