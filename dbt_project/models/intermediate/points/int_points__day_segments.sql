-- The spans of contested lines in whole days, by what holds at the end of each day. A line that is superseded, counts,
-- and is superseded again has three segments; the first keeps the line's own id.
with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where is_contested

),

days as (

    select
        line_id,
        counted_by,
        {{ instant_day('from_instant') }} as from_on,
        {{ instant_end_day('until_instant') }} as until_on,
        {{ instant_end_day('standing_until_instant') }} as standing_until_on
    from spans

),

lasting as (

    select * from days
    where until_on is null or until_on > from_on

),

compared as (

    select
        *,
        lag(coalesce(counted_by, '')) over (partition by line_id order by from_on) as previous_counted_by
    from lasting

),

numbered as (

    select
        *,
        {{ run_number("previous_counted_by = coalesce(counted_by, '')", 'line_id', 'from_on') }} as segment_number
    from compared

),

final as (

    select
        line_id,
        segment_number,
        counted_by,
        case
            when segment_number = 1 then line_id
            else {{ surrogate_key(['line_id', 'min(from_on)']) }}
        end as segment_id,
        min(from_on) as from_on,
        case when count(*) = count(until_on) then max(until_on) end as until_on,
        case when count(*) = count(standing_until_on) then max(standing_until_on) end as standing_until_on
    from numbered
    group by line_id, segment_number, counted_by

)

select * from final
