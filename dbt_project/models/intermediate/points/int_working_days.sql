-- Every day of the years in the calendar seed, numbered by working days (credit.md 6.7): the n-th working day after d
-- is the workday of d's block with d's number + n, which is an equality join. A year that is not in the seed has no
-- days here, so a deadline in it is null. A block is a run of covered years; the day before a block is included with
-- number 0, because the days after it are known.
with

exceptions as (

    select * from {{ ref('workdays') }}

),

covered_years as (

    select distinct calendar_year
    from exceptions

),

year_spans as (

    select
        calendar_year,
        make_date(calendar_year, 1, 1) as from_on,
        make_date(calendar_year + 1, 1, 1) as until_on,
        calendar_year - row_number() over (order by calendar_year) as block_number
    from covered_years

),

day_offsets as (

    select {{ integers_between(0, 365) }} as day_offset

),

calendar_days as (

    select
        year_spans.block_number,
        {{ add_days('year_spans.from_on', 'day_offsets.day_offset') }} as calendar_on
    from year_spans
    cross join day_offsets
    where {{ add_days('year_spans.from_on', 'day_offsets.day_offset') }} < year_spans.until_on

),

judged_days as (

    select
        calendar_days.block_number,
        calendar_days.calendar_on,
        coalesce(exceptions.is_workday, {{ iso_weekday('calendar_days.calendar_on') }} <= 5) as is_workday
    from calendar_days
    left join exceptions on calendar_days.calendar_on = exceptions.calendar_on

),

numbered as (

    select
        calendar_on,
        is_workday,
        min(calendar_on) over (partition by block_number) as block_from_on,
        cast(
            sum(case when is_workday then 1 else 0 end) over (
                partition by block_number
                order by calendar_on
                rows between unbounded preceding and current row
            ) as integer
        ) as working_day_number
    from judged_days

),

eves as (

    select distinct
        {{ add_days('block_from_on', -1) }} as calendar_on,
        cast(null as boolean) as is_workday,
        block_from_on,
        0 as working_day_number
    from numbered

),

final as (

    select * from numbered

    union all

    select * from eves

)

select * from final
