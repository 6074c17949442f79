-- What the desk should look at in the target numbers and the dates of repair applications (credit.md 6.6, 6.7).
with

applications as (

    select * from {{ ref('int_points__repair_applications') }}

),

targets as (

    select * from {{ ref('int_points__repair_targets') }}

),

candidates as (

    select * from {{ ref('int_points__repair_candidates') }}
    where is_target

),

repairs_sequenced as (

    select * from {{ ref('int_points__repairs_sequenced') }}

),

-- ended by an application of an earlier turn, by the end of the day of acceptance
repaired_before as (

    select distinct
        candidates.application_id,
        candidates.line_id
    from candidates
    inner join repairs_sequenced on candidates.line_id = repairs_sequenced.line_id
    inner join candidates as earlier
        on
            repairs_sequenced.application_id = earlier.application_id
            and repairs_sequenced.line_id = earlier.line_id
    where earlier.turn < candidates.turn and repairs_sequenced.approved_on <= candidates.accepted_on

),

calendar_issues as (

    select
        'calendar_missing' as issue_code,
        source,
        dataset,
        source_key,
        agency_id,
        file_hash,
        sheet,
        row_number,
        'The deadline of the reply needs a year that the calendar of working days lacks: no deadline.' as detail
    from applications
    where is_calendar_missing

),

-- a number may stand for a line that is not in force on the day of acceptance: not begun, expired or already repaired
judged as (

    select
        targets.row_key,
        case
            when targets.target_state <> 'ok' then targets.target_state
            when applications.accepted_on is null then 'ok'
            when candidates.line_id is null or repaired_before.line_id is not null then 'not_in_force'
            else 'ok'
        end as target_state
    from targets
    inner join applications on targets.row_key = applications.row_key
    left join candidates
        on targets.application_id = candidates.application_id and targets.line_id = candidates.line_id
    left join repaired_before
        on targets.application_id = repaired_before.application_id and targets.line_id = repaired_before.line_id

),

-- one issue per application and reason, however many of its numbers have it
target_issues as (

    select distinct
        concat('repair_target_', judged.target_state) as issue_code,
        applications.source,
        applications.dataset,
        applications.source_key,
        applications.agency_id,
        applications.file_hash,
        applications.sheet,
        applications.row_number,
        case judged.target_state
            when 'unknown' then 'A number that the application lists was never received: ignored.'
            when 'other_agency' then 'A number that the application lists is about another agency: ignored.'
            when 'not_repairable' then 'A number that the application lists is of an item without repair: ignored.'
            when 'not_in_force'
                then 'A number that the application lists is of a line that is not in force on the day of acceptance: ignored.'
            else 'A number that the application lists stands for a row that does not score: ignored.'
        end as detail
    from judged
    inner join applications on judged.row_key = applications.row_key
    where judged.target_state <> 'ok'

),

-- people recorded an approval: they must learn that it did not apply
refused_approvals as (

    select
        'repair_approved_not_applied' as issue_code,
        applications.source,
        applications.dataset,
        applications.source_key,
        applications.agency_id,
        applications.file_hash,
        applications.sheet,
        applications.row_number,
        concat(
            'Approved, but not applied: ',
            coalesce(repairs_sequenced.refusal_reason, applications.static_refusal_reason), '.'
        ) as detail
    from applications
    left join repairs_sequenced
        on
            applications.application_id = repairs_sequenced.application_id
            and repairs_sequenced.line_id is null
    where
        applications.review_code = 'approved'
        and coalesce(repairs_sequenced.refusal_reason, applications.static_refusal_reason) is not null

),

final as (

    select * from calendar_issues

    union all

    select * from refused_approvals

    union all

    select * from target_issues

)

select * from final
