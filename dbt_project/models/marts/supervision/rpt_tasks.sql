-- Long: one CTE per kind of task, so that opening, deadline and closing can be compared.
/* Tasks open on days up to as_of_on and close when the data shows them done: by a check, an exit or readmission, a
reply, or the end of the grade that calls for a list. No export shows an interview or a circular: those stay open. Days
on which the agency is unrated neither open nor close a task of its grade. */
with

build as (

    select * from {{ ref('int_build_requested') }}

),

task_kinds as (

    select * from {{ ref('int_task_kinds') }}

),

measures as (

    select * from {{ ref('fct_measures') }}

),

unrated_runs as (

    select * from {{ ref('int_points__unrated_runs') }}

),

statuses as (

    select * from {{ ref('int_directory_status') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}
    where object_type = 'directory'

),

checks as (

    select * from {{ ref('int_checks_dated') }}
    where is_supervision

),

onsite_checks as (

    select * from {{ ref('int_onsite_checks_due') }}

),

repair_applications as (

    select * from {{ ref('int_points__repair_applications') }}

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

incomplete as (

    select * from {{ ref('int_evidence_incomplete') }}

),

called_for as (

    select
        measures.*,
        task_kinds.task_code,
        task_kinds.use_code,
        build.as_of_on
    from measures
    inner join task_kinds
        on measures.measure_code = task_kinds.measure_code
    cross join build
    where measures.valid_from_on <= build.as_of_on

),

entered as (

    select
        called_for.task_code,
        called_for.agency_id,
        cast(called_for.valid_from_on as {{ dbt.type_string() }}) as subject,
        called_for.valid_from_on as opened_on,
        due_days.calendar_on as due_on,
        case
            when coalesce(called_for.use_code, '') <> 'directory_exit' then null
            when statuses.exited_on is not null then greatest(statuses.exited_on, called_for.valid_from_on)
            when decisions.decided_on >= called_for.valid_from_on then decisions.decided_on
        end as closed_on
    from called_for
    left join statuses
        on called_for.agency_id = statuses.agency_id
    left join decisions
        on called_for.agency_id = decisions.object_id
    left join working_days as opening_days
        on called_for.valid_from_on = opening_days.calendar_on
    left join working_days as due_days
        on
            opening_days.block_from_on = due_days.block_from_on
            and opening_days.working_day_number + called_for.due_working_days = due_days.working_day_number
            and due_days.is_workday
    where called_for.trigger_code = 'on_enter' and called_for.is_entered

),

-- if a list ends because the agency becomes unrated, the first rated day says whether it continues
paused as (

    select
        called_for.task_code,
        called_for.agency_id,
        called_for.measure_code,
        called_for.grade,
        called_for.valid_from_on,
        case
            when unrated_runs.agency_id is null then called_for.valid_until_on
            else unrated_runs.valid_until_on
        end as held_until_on
    from called_for
    left join unrated_runs
        on
            called_for.agency_id = unrated_runs.agency_id
            and called_for.valid_until_on = unrated_runs.valid_from_on
    where called_for.trigger_code = 'while'

),

resumed as (

    select
        *,
        lag(held_until_on) over (
            partition by task_code, agency_id, measure_code, grade
            order by valid_from_on
        ) as previous_until_on
    from paused

),

pieces as (

    select
        *,
        sum(case when previous_until_on = valid_from_on then 0 else 1 end) over (
            partition by task_code, agency_id, measure_code, grade
            order by valid_from_on
            rows between unbounded preceding and current row
        ) as list_number
    from resumed

),

held as (

    select
        task_code,
        agency_id,
        cast(min(valid_from_on) as {{ dbt.type_string() }}) as subject,
        min(valid_from_on) as opened_on,
        cast(null as date) as due_on,
        case when count(*) = count(held_until_on) then max(held_until_on) end as closed_on
    from pieces
    group by task_code, agency_id, measure_code, grade, list_number

),

measure_years as (

    select
        task_code,
        agency_id,
        valid_from_on,
        required_count,
        {{ integers_between(
            'extract(year from valid_from_on)',
            'extract(year from least(coalesce(' ~ add_days('valid_until_on', -1) ~ ', as_of_on), as_of_on))'
        ) }} as calendar_year
    from called_for
    where
        trigger_code = 'calendar_year'
        and required_count is not null

),

first_measure_years as (

    select
        task_code,
        agency_id,
        calendar_year,
        max(required_count) as required_count,
        min(greatest(valid_from_on, make_date(calendar_year, 1, 1))) as opened_on
    from measure_years
    group by task_code, agency_id, calendar_year

),

task_days as (

    select
        agency_id,
        task_id,
        calendar_year,
        min(checked_on) as checked_on
    from checks
    group by agency_id, task_id, calendar_year

),

numbered_checks as (

    select
        *,
        row_number() over (partition by agency_id, calendar_year order by checked_on, task_id) as check_number
    from task_days

),

counted as (

    select
        first_measure_years.task_code,
        first_measure_years.agency_id,
        cast(first_measure_years.calendar_year as {{ dbt.type_string() }}) as subject,
        first_measure_years.opened_on,
        make_date(first_measure_years.calendar_year, 12, 31) as due_on,
        case
            when numbered_checks.checked_on is not null
                then greatest(numbered_checks.checked_on, first_measure_years.opened_on)
        end as closed_on
    from first_measure_years
    left join numbered_checks
        on
            first_measure_years.agency_id = numbered_checks.agency_id
            and first_measure_years.calendar_year = numbered_checks.calendar_year
            and first_measure_years.required_count = numbered_checks.check_number

),

batched as (

    select
        task_kinds.task_code,
        onsite_checks.agency_id,
        cast(onsite_checks.opened_on as {{ dbt.type_string() }}) as subject,
        onsite_checks.opened_on,
        {{ add_days('onsite_checks.opened_on', 'task_kinds.due_day_of_month - 1') }} as due_on,
        least(
            coalesce(onsite_checks.checked_on, onsite_checks.published_on),
            coalesce(onsite_checks.published_on, onsite_checks.checked_on)
        ) as closed_on
    from onsite_checks
    cross join task_kinds
    where task_kinds.task_code = 'onsite_check'

),

answered as (

    select
        'repair_reply' as task_code,
        agency_id,
        application_id as subject,
        accepted_on as opened_on,
        due_on,
        replied_on as closed_on
    from repair_applications
    where accepted_on is not null

),

all_tasks as (

    select * from entered
    union all
    select * from held
    union all
    select * from counted
    union all
    select * from batched
    union all
    select * from answered

),

dated as (

    select
        all_tasks.task_code,
        all_tasks.agency_id,
        all_tasks.subject,
        all_tasks.opened_on,
        all_tasks.due_on,
        case when all_tasks.closed_on <= build.as_of_on then all_tasks.closed_on end as closed_on,
        build.as_of_on
    from all_tasks
    cross join build
    where all_tasks.opened_on <= build.as_of_on

),

final as (

    select
        {{ surrogate_key(['dated.task_code', 'dated.agency_id', 'dated.subject']) }} as task_id,
        dated.task_code,
        dated.agency_id,
        dated.subject,
        dated.opened_on,
        dated.due_on,
        dated.closed_on,
        case
            when dated.closed_on is not null then 'done'
            when dated.due_on < dated.as_of_on then 'overdue'
            else 'open'
        end as status,
        task_kinds.clause,
        task_kinds.title_zh,
        task_kinds.title_en,
        {{ incomplete_evidence() }}
    from dated
    inner join task_kinds
        on dated.task_code = task_kinds.task_code
    {{ join_incomplete_evidence('incomplete', 'task', 'dated.task_code', 'dated.agency_id') }}

)

select * from final
