/* A span begins with the grade that calls for the measure; a new version of the rulebook does not begin a new span,
unless it asks for another number. An unrated agency has no grade, so the span ends. A new span begins on the first
rated day; it counts as entering the grade, unless the grade as if rated stayed the same throughout. */
with

score_history as (

    select * from {{ ref('fct_score_history') }}

),

measures as (

    select * from {{ ref('int_measures_ordered') }}

),

unrated_runs as (

    select * from {{ ref('int_points__unrated_runs') }}

),

graded as (

    select
        agency_id,
        valid_from_on,
        valid_until_on,
        grade,
        coalesce(score_grade_reason = 'unrated', false) as is_unrated,
        rulebook_id,
        lag(grade) over (partition by agency_id order by valid_from_on) as previous_grade
    from score_history

),

ordered as (

    select
        graded.agency_id,
        measures.measure_code,
        measures.trigger_code,
        measures.grade,
        measures.n,
        measures.due_working_days,
        measures.is_provisional,
        graded.valid_from_on,
        graded.valid_until_on,
        -- a measure of any grade continues across grades, but each of them is entered anew
        case when measures.trigger_code = 'on_enter' then graded.grade else measures.grade end as span_grade,
        -- a yearly number is that of the version of the day
        case when measures.trigger_code = 'calendar_year' then measures.n end as span_n,
        coalesce(graded.previous_grade, '') <> coalesce(graded.grade, '')
        and coalesce(unrated_runs.kept_grade <> graded.grade, true) as is_entered
    from graded
    inner join measures
        on
            graded.rulebook_id = measures.rulebook_id
            and (graded.grade = measures.grade or measures.grade = '*')
    left join unrated_runs
        on
            graded.agency_id = unrated_runs.agency_id
            and graded.valid_from_on = unrated_runs.valid_until_on
    where not graded.is_unrated

),

continued as (

    select
        *,
        lag(valid_until_on) over (
            partition by agency_id, measure_code, trigger_code, grade, span_grade, span_n
            order by valid_from_on
        ) as previous_until_on
    from ordered

),

numbered as (

    select
        *,
        sum(
            case when previous_until_on is null or previous_until_on < valid_from_on then 1 else 0 end
        ) over (
            partition by agency_id, measure_code, trigger_code, grade, span_grade, span_n
            order by valid_from_on
            rows between unbounded preceding and current row
        ) as span_number
    from continued

),

bounded as (

    select
        *,
        row_number() over (
            partition by agency_id, measure_code, trigger_code, grade, span_grade, span_n, span_number
            order by valid_from_on
        ) as row_rank,
        max(case when valid_until_on is null then 1 else 0 end) over (
            partition by agency_id, measure_code, trigger_code, grade, span_grade, span_n, span_number
        ) as open_count,
        max(valid_until_on) over (
            partition by agency_id, measure_code, trigger_code, grade, span_grade, span_n, span_number
        ) as last_until_on
    from numbered

),

final as (

    select
        agency_id,
        measure_code,
        trigger_code,
        grade,
        valid_from_on,
        case when open_count = 0 then last_until_on end as valid_until_on,
        is_entered,
        n as required_count,
        due_working_days,
        is_provisional
    from bounded
    where row_rank = 1

)

select * from final
