-- What the desk should look at in repair applications, before any grade is known (credit.md 6.6, 6.7).
with

applications as (

    select * from {{ ref('int_points__repair_applications') }}

),

targets as (

    select * from {{ ref('int_points__repair_targets') }}

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

-- one issue per application and reason, however many of its numbers share it
target_issues as (

    select distinct
        concat('repair_target_', targets.target_state) as issue_code,
        applications.source,
        applications.dataset,
        applications.source_key,
        applications.agency_id,
        applications.file_hash,
        applications.sheet,
        applications.row_number,
        case targets.target_state
            when 'unknown' then 'A number that the application lists was never received: ignored.'
            when 'other_agency' then 'A number that the application lists is about another agency: ignored.'
            when 'not_repairable' then 'A number that the application lists is of an item without repair: ignored.'
            else 'A number that the application lists stands for a row that does not score: ignored.'
        end as detail
    from targets
    inner join applications on targets.row_key = applications.row_key
    where targets.target_state <> 'ok'

),

final as (

    select * from calendar_issues

    union all

    select * from target_issues

)

select * from final
