-- More reports of one project leader on one day than a person can do.
with

worked as (

    select * from {{ ref('int_people_worked') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

led_reports as (

    select
        worked.person_id,
        worked.worked_on,
        count(distinct worked.report_no) as report_count
    from worked
    where
        worked.dataset = 'reports'
        and worked.role_code = 'project_lead'
    group by worked.person_id, worked.worked_on

),

grouped as (

    select
        coalesce(branches.agency_id, worked.agency_id) as agency_id,
        worked.person_id,
        worked.worked_on,
        max(led_reports.report_count) as report_count,
        max(worked.first_received_on) as first_received_on,
        max(worked.received_on) as last_received_on
    from led_reports
    cross join parameters
    inner join worked
        on
            led_reports.person_id = worked.person_id
            and led_reports.worked_on = worked.worked_on
            and worked.dataset = 'reports'
            and worked.role_code = 'project_lead'
    left join branches
        on worked.agency_id = branches.branch_id
    where
        led_reports.report_count > parameters.reports_per_day
        and led_reports.worked_on <= parameters.as_of_on
    group by coalesce(branches.agency_id, worked.agency_id), worked.person_id, worked.worked_on

),

final as (

    select
        {{ surrogate_key(["'reports_per_day'", 'agency_id', 'person_id', 'worked_on']) }} as lead_id,
        'reports_per_day' as lead_kind,
        agency_id as agency_id,
        person_id || ' ' || cast(worked_on as {{ dbt.type_string() }}) as subject,
        cast(report_count as {{ dbt.type_string() }}) || ' reports of one project leader on that day' as evidence,
        1 as evidence_dataset_count,
        first_received_on as first_seen_on,
        last_received_on as last_seen_on
    from grouped

)

select * from final
