-- Work on days when the agency did not meet its conditions: one row per unbroken run of such days.
with

standings as (

    select * from {{ ref('int_agency_standings') }}

),

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

marked as (

    select
        standings.agency_id,
        standings.valid_from_on,
        standings.valid_until_on,
        standings.is_conforming,
        lag(standings.is_conforming) over (
            partition by standings.agency_id
            order by standings.valid_from_on
        ) as was_conforming
    from standings

),

numbered as (

    select
        *,
        sum(case when is_conforming = was_conforming then 0 else 1 end) over (
            partition by agency_id
            order by valid_from_on
            rows between unbounded preceding and current row
        ) as stretch
    from marked

),

stretches as (

    select
        agency_id,
        stretch,
        min(valid_from_on) as from_on,
        max(coalesce(valid_until_on, {{ open_end() }})) as end_on
    from numbered
    where not is_conforming
    group by agency_id, stretch

),

worked as (

    select
        stretches.agency_id,
        stretches.from_on,
        count(*) as report_count,
        min(reports.reported_on) as first_worked_on,
        min(reports.dated_first_received_on) as first_received_on,
        max(reports.received_on) as last_received_on
    from stretches
    cross join parameters
    inner join reports
        on
            stretches.agency_id = reports.agency_id
            and stretches.from_on <= reports.reported_on
            and stretches.end_on > reports.reported_on
    where reports.reported_on <= parameters.as_of_on
    group by stretches.agency_id, stretches.from_on

),

final as (

    select
        {{ surrogate_key(["'conditions_unmet'", 'agency_id', 'from_on']) }} as lead_id,
        'conditions_unmet' as lead_kind,
        agency_id,
        agency_id as subject,
        cast(report_count as {{ dbt.type_string() }}) || ' reports while conditions were unmet since '
        || cast(from_on as {{ dbt.type_string() }}) || ', first dated ' || cast(first_worked_on as {{ dbt.type_string() }}) as evidence,
        2 as evidence_dataset_count,
        greatest(first_received_on, from_on) as first_seen_on,
        last_received_on as last_seen_on
    from worked

)

select * from final
