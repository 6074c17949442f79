-- The grades that vetoes and ceilings name, as bits that are set and cleared: of several in force the worst decides,
-- which is the highest bit.
{% set naming_swept = {'named_count': 'bigint'} %}

with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where standing_until_instant > from_instant

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

bands as (

    select * from {{ ref('stg_rulebook__bands') }}

),

{{ version_grades() }},

naming as (

    select
        spans.agency_no,
        spans.effect,
        greatest(spans.from_instant, grades.from_instant) as from_instant,
        least(spans.standing_until_instant, grades.until_instant) as until_instant,
        grades.grade_bit
    from spans
    inner join grades
        on
            spans.effect_grade = grades.grade
            and spans.from_instant < grades.until_instant
            and spans.standing_until_instant > grades.from_instant
    where spans.effect in ('veto', 'ceiling')

),

naming_moves as (

    {{ span_moves(
        'naming', ['agency_no', 'effect', 'grade_bit'], 'until_instant', {'named_count': '1'}, naming_swept
    ) }}

),

naming_steps as (

    select
        agency_no,
        effect,
        grade_bit,
        instant,
        {{ summed_deltas(naming_swept) }}
    from naming_moves
    group by agency_no, effect, grade_bit, instant

),

naming_counts as (

    select
        *,
        {{ running_sums(naming_swept, 'running') }}
    from naming_steps
    window running as (partition by agency_no, effect, grade_bit order by instant rows unbounded preceding)

),

changed as (

    select
        agency_no,
        effect,
        instant,
        case
            when named_count > 0 and named_count = named_count_delta then grade_bit
            when named_count = 0 and named_count_delta < 0 then -grade_bit
            else 0
        end as bit_delta
    from naming_counts

),

final as (

    select * from changed
    where bit_delta <> 0

)

select * from final
