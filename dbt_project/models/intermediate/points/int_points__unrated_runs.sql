-- Days without a grade, whatever the reasons, with the grade that the agency would have kept through them if it were
-- rated. Only agencies that some version leaves unrated are here.
with

unrated_spans as (

    select * from {{ ref('int_points__unrated_spans') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

unrated_agencies as (

    select distinct agency_no
    from unrated_spans

),

steps as (

    select
        score_steps.agency_no,
        score_steps.instant,
        score_steps.valid_from_on,
        coalesce(score_steps.grade, '') as grade,
        score_steps.is_rated
    from {{ ref('int_points__score_steps') }} as score_steps
    inner join unrated_agencies on score_steps.agency_no = unrated_agencies.agency_no

),

ordered as (

    select
        *,
        lead(valid_from_on) over (partition by agency_no order by instant) as next_on
    from steps

),

day_ends as (

    select
        *,
        lag(is_rated) over (partition by agency_no order by valid_from_on) as was_rated,
        lag(grade) over (partition by agency_no order by valid_from_on) as grade_before
    from ordered
    where next_on is null or next_on <> valid_from_on

),

numbered as (

    select
        *,
        sum(case when was_rated = is_rated then 0 else 1 end) over (
            partition by agency_no order by valid_from_on rows unbounded preceding
        ) as run_number
    from day_ends

),

runs as (

    select
        agency_no,
        is_rated,
        min(valid_from_on) as valid_from_on,
        min(grade) as least_grade,
        max(grade) as greatest_grade,
        max(case when was_rated then grade_before end) as last_rated_grade
    from numbered
    group by agency_no, is_rated, run_number

),

followed as (

    select
        *,
        lead(valid_from_on) over (partition by agency_no order by valid_from_on) as valid_until_on
    from runs

),

final as (

    select
        starts.agency_id,
        followed.valid_from_on,
        followed.valid_until_on,
        case
            when followed.least_grade = followed.greatest_grade and followed.least_grade = followed.last_rated_grade
                then followed.last_rated_grade
        end as kept_grade
    from followed
    inner join starts on followed.agency_no = starts.agency_no
    where not followed.is_rated

)

select * from final
