/* Excess: on a day under a yearly maximum, a double-random check beyond it, or any special check. The maximum shown is
that of the year's last day, or of as_of_on in the current year. */
with

build as (

    select * from {{ ref('int_build_requested') }}

),

score_history as (

    select * from {{ ref('fct_score_history') }}

),

measures as (

    select * from {{ ref('fct_measures') }}

),

measure_kinds as (

    select * from {{ ref('measures') }}

),

checks as (

    select * from {{ ref('int_checks_dated') }}

),

beginnings as (

    select
        agency_id,
        valid_from_on as seen_on
    from score_history
    union all
    select
        agency_id,
        checked_on as seen_on
    from checks

),

first_days as (

    select
        agency_id,
        min(seen_on) as first_on
    from beginnings
    group by agency_id

),

agency_years as (

    select
        first_days.agency_id,
        {{ integers_between('extract(year from first_days.first_on)', 'extract(year from build.as_of_on)') }}
            as calendar_year
    from first_days
    cross join build
    where first_days.first_on <= build.as_of_on

),

reference_days as (

    select
        agency_years.agency_id,
        agency_years.calendar_year,
        make_date(agency_years.calendar_year, 1, 1) as year_from_on,
        least(make_date(agency_years.calendar_year, 12, 31), build.as_of_on) as reference_on
    from agency_years
    cross join build

),

task_days as (

    select
        agency_id,
        calendar_year,
        check_type,
        task_id,
        is_supervision,
        min(checked_on) as checked_on
    from checks
    group by agency_id, calendar_year, check_type, task_id, is_supervision

),

numbered as (

    select
        *,
        row_number() over (
            partition by agency_id, calendar_year, check_type
            order by checked_on, task_id
        ) as check_number
    from task_days

),

maxima as (

    select measures.*
    from measures
    inner join measure_kinds
        on measures.measure_code = measure_kinds.measure_code
    where measure_kinds.use_code = 'check_maximum'

),

minima as (

    select measures.*
    from measures
    inner join measure_kinds
        on measures.measure_code = measure_kinds.measure_code
    where measure_kinds.use_code = 'check_minimum'

),

excesses as (

    select distinct
        numbered.agency_id,
        numbered.calendar_year
    from numbered
    inner join maxima
        on
            numbered.agency_id = maxima.agency_id
            and numbered.checked_on >= maxima.valid_from_on
            and (maxima.valid_until_on is null or numbered.checked_on < maxima.valid_until_on)
    where
        (numbered.check_type = 'double_random' and numbered.check_number > maxima.required_count)
        or numbered.check_type = 'special'

),

counts as (

    select
        agency_id,
        calendar_year,
        count(distinct case when check_type = 'double_random' then task_id end) as double_random_done,
        count(distinct case when is_supervision then task_id end) as supervision_done
    from task_days
    group by agency_id, calendar_year

),

extra as (

    select
        reference_days.agency_id,
        reference_days.calendar_year,
        max(minima.required_count) as extra_required
    from reference_days
    inner join minima
        on
            reference_days.agency_id = minima.agency_id
            and reference_days.reference_on >= minima.valid_from_on
            and (minima.valid_until_on is null or reference_days.year_from_on < minima.valid_until_on)
    group by reference_days.agency_id, reference_days.calendar_year

),

final as (

    select
        reference_days.agency_id,
        reference_days.calendar_year,
        cast(coalesce(counts.double_random_done, 0) as int) as double_random_done,
        cast(maxima.required_count as int) as double_random_max,
        cast(coalesce(counts.supervision_done, 0) as int) as supervision_done,
        cast(coalesce(extra.extra_required, 0) as int) as extra_required,
        excesses.agency_id is not null as excess_flag
    from reference_days
    left join counts
        on
            reference_days.agency_id = counts.agency_id
            and reference_days.calendar_year = counts.calendar_year
    left join maxima
        on
            reference_days.agency_id = maxima.agency_id
            and reference_days.reference_on >= maxima.valid_from_on
            and (maxima.valid_until_on is null or reference_days.reference_on < maxima.valid_until_on)
    left join extra
        on
            reference_days.agency_id = extra.agency_id
            and reference_days.calendar_year = extra.calendar_year
    left join excesses
        on
            reference_days.agency_id = excesses.agency_id
            and reference_days.calendar_year = excesses.calendar_year

)

select * from final
