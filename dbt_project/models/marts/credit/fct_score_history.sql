-- Spans without gaps from each agency's start into the future, cut where a shown column changes at the end of a day.
-- The cause is the first change of that day that moved the score or the grade (credit.md 6.10).
{% set shown = [
    'score_hundredths', 'grade', 'score_grade_reason', 'has_active_misconduct', 'active_line_count', 'rulebook_id'
] %}

with

steps as (

    select
        agency_no,
        instant,
        valid_from_on,
        case when is_score_shown then score_hundredths end as score_hundredths,
        case when is_rated then grade end as grade,
        case when is_rated then score_grade_reason else 'unrated' end as score_grade_reason,
        has_active_misconduct,
        active_line_count,
        rulebook_id,
        is_provisional
    from {{ ref('int_points__score_steps') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

-- each step, and what held before it
compared as (

    select
        *,
        lag(valid_from_on) over stepwise as previous_on,
        lead(valid_from_on) over stepwise as next_on,
        {% for column in shown -%}
            lag({{ column }}) over stepwise as previous_{{ column }}
            {%- if not loop.last %},
            {% endif %}
        {%- endfor %}
    from steps
    window stepwise as (partition by agency_no order by instant)

),

-- a day of several steps: what held before the first of them, and the first that moved something
crowded as (

    select
        agency_no,
        valid_from_on,
        coalesce(
            min(
                case
                    when
                        previous_on is null
                        or {{ differs('score_hundredths', 'previous_score_hundredths') }}
                        or coalesce(grade, '') <> coalesce(previous_grade, '')
                        then instant
                end
            ),
            min(instant)
        ) as cause_instant,
        {% for column in ['on'] + shown -%}
            max(case when previous_on < valid_from_on then previous_{{ column }} end) as previous_{{ column }}
            {%- if not loop.last %},
            {% endif %}
        {%- endfor %}
    from compared
    where previous_on = valid_from_on or next_on = valid_from_on
    group by agency_no, valid_from_on

),

day_ends as (

    select
        {{ columns('compared', ['agency_no', 'valid_from_on', 'is_provisional'] + shown) }},
        coalesce(crowded.cause_instant, compared.instant) as cause_instant,
        {% for column in ['on'] + shown -%}
            case when crowded.agency_no is null then compared.previous_{{ column }} else crowded.previous_{{ column }} end
                as previous_{{ column }}
            {%- if not loop.last %},
            {% endif %}
        {%- endfor %}
    from compared
    left join crowded
        on compared.agency_no = crowded.agency_no and compared.valid_from_on = crowded.valid_from_on
    where compared.next_on is null or compared.next_on <> compared.valid_from_on

),

marked as (

    select
        {{ columns('day_ends', ['agency_no', 'valid_from_on', 'is_provisional', 'cause_instant'] + shown) }},
        previous_on is null as is_first,
        previous_on is null or {{ differs('score_hundredths', 'previous_score_hundredths') }} as is_score_changed,
        previous_on is null or coalesce(previous_grade, '') <> coalesce(grade, '') as is_grade_changed,
        coalesce(previous_score_grade_reason, '') <> coalesce(score_grade_reason, '')
        or previous_has_active_misconduct <> has_active_misconduct
        or previous_active_line_count <> active_line_count
        or previous_rulebook_id <> rulebook_id as is_other_changed
    from day_ends

),

cut as (

    select * from marked
    where is_first or is_score_changed or is_grade_changed or is_other_changed

),

spans as (

    select
        *,
        lead(valid_from_on) over daily as valid_until_on,
        max(case when is_grade_changed then valid_from_on end) over (
            partition by agency_no order by valid_from_on rows unbounded preceding
        ) as grade_since_on,
        -- the start is no change: there was no score before it
        max(case when not is_first and (is_score_changed or is_grade_changed) then valid_from_on end) over (
            partition by agency_no order by valid_from_on rows unbounded preceding
        ) as last_changed_on,
        min(case when is_score_changed then valid_from_on end) over (
            partition by agency_no order by valid_from_on rows between 1 following and unbounded following
        ) as next_change_on,
        min(case when is_grade_changed then valid_from_on end) over (
            partition by agency_no order by valid_from_on rows between 1 following and unbounded following
        ) as next_grade_change_on
    from cut
    window daily as (partition by agency_no order by valid_from_on)

),

final as (

    select
        starts.agency_id,
        spans.valid_from_on,
        spans.valid_until_on,
        {{ from_hundredths('spans.score_hundredths') }} as score,
        spans.grade,
        spans.score_grade_reason,
        spans.has_active_misconduct,
        spans.active_line_count,
        case
            when spans.is_first then 'start'
            else {{ instant_cause('spans.cause_instant') }}
        end as change_cause,
        spans.rulebook_id,
        spans.is_provisional,
        case when spans.grade is not null then spans.grade_since_on end as grade_since_on,
        spans.last_changed_on,
        spans.next_change_on,
        {{ from_hundredths('following.score_hundredths') }} as next_score,
        following.grade as next_grade,
        spans.next_grade_change_on,
        following.score_grade_reason as next_score_grade_reason
    from spans
    inner join starts on spans.agency_no = starts.agency_no
    left join spans as following
        on spans.agency_no = following.agency_no and spans.next_change_on = following.valid_from_on

)

select * from final
