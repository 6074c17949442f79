-- The repair gate, in order (credit.md Q7, 6.6). Whether a repair applies depends on the grade on its acceptance date,
-- and that grade on the repairs applied before. This is truly sequential, so it is a recursion over the turns of
-- applications, for all agencies at once. A turn reads only its own candidates and carries the repaired lines that have
-- not ended: the cost is the number of lines in force at the acceptance dates.
{{ config(post_hook="{{ drop_turns() }}") }}

{% set inputs %}
candidates as (

    select * from {{ ref('int_points__repair_candidates') }}

),

bands as (

    select * from {{ ref('stg_rulebook__bands') }}

),

blocked_grades as (

    select * from {{ ref('stg_rulebook__repair_blocked_grades') }}

),

subsumptions as (

    select * from {{ ref('stg_rulebook__item_subsumes') }}

),

applications as (

    select distinct
        application_id,
        agency_id,
        turn,
        accepted_on,
        approved_on,
        static_refusal_reason,
        max_attempts,
        rulebook_id,
        base_hundredths,
        step_hundredths
    from candidates

)
{% endset %}

{% set start %}
select distinct
    agency_id,
    0 as turn,
    cast(null as {{ dbt.type_string() }}) as application_id,
    cast(null as {{ dbt.type_string() }}) as line_id,
    cast(null as date) as approved_on,
    cast(null as integer) as line_until_instant,
    cast(null as {{ dbt.type_string() }}) as gate_grade,
    cast(null as {{ dbt.type_string() }}) as refusal_reason,
    false as is_new
from candidates
{% endset %}

{% set step %}
with

-- the applications of this turn
due as (

    select distinct
        agency_id,
        turn + 1 as turn
    from sequenced

),

deciding as (

    select applications.*
    from applications
    inner join due on applications.agency_id = due.agency_id and applications.turn = due.turn

),

-- the lines that their gates look at
present as (

    select candidates.*
    from candidates
    inner join due on candidates.agency_id = due.agency_id and candidates.turn = due.turn
    where candidates.line_id is not null

),

-- those that earlier turns have ended
repaired as (

    select
        present.application_id,
        present.line_id,
        count(*) as applied_attempt_count,
        min(sequenced.approved_on) as approved_on
    from present
    inner join sequenced on present.line_id = sequenced.line_id
    group by present.application_id, present.line_id

),

-- those in force at the acceptance
standing as (

    select
        present.*,
        present.refused_attempt_count + coalesce(repaired.applied_attempt_count, 0) as earlier_attempt_count
    from present
    left join repaired
        on present.application_id = repaired.application_id and present.line_id = repaired.line_id
    where repaired.approved_on is null or repaired.approved_on > present.accepted_on

),

-- counting: the lines that count for the score
{{ lines_that_count() }},

-- graded: the agency's grade from them
{{ grades_of_the_day() }},

-- the lines that each application would end, and how many of them have no attempts left
aimed as (

    select
        application_id,
        count(case when earlier_attempt_count + 1 > max_attempts then 1 end) as exceeded_count
    from standing
    where is_target
    group by application_id

),

-- when an ended line stops mattering
evaluated as (

    select
        agency_id,
        min({{ day_end('accepted_on') }}) as accepted_instant
    from deciding
    group by agency_id

),

decided as (

    select
        deciding.agency_id,
        deciding.turn,
        deciding.application_id,
        deciding.approved_on,
        gates.grade as gate_grade,
        coalesce(
            deciding.static_refusal_reason,
            case
                when aimed.application_id is null then 'nothing_in_force'
                when aimed.exceeded_count > 0 then 'attempts'
                when blocked_grades.grade is not null then 'gate'
            end
        ) as refusal_reason
    from deciding
    left join graded on deciding.application_id = graded.application_id
    left join bands as gates on graded.rulebook_id = gates.rulebook_id and graded.grade_rank = gates.grade_rank
    left join aimed on deciding.application_id = aimed.application_id
    left join blocked_grades
        on gates.rulebook_id = blocked_grades.rulebook_id and gates.grade = blocked_grades.grade

)

-- the outcome of each application
select
    agency_id,
    turn,
    application_id,
    cast(null as {{ dbt.type_string() }}) as line_id,
    approved_on,
    cast(null as integer) as line_until_instant,
    gate_grade,
    refusal_reason,
    true as is_new
from decided

union all

-- the lines that it ends
select
    decided.agency_id,
    decided.turn,
    decided.application_id,
    standing.line_id,
    decided.approved_on,
    standing.until_instant as line_until_instant,
    decided.gate_grade,
    decided.refusal_reason,
    true as is_new
from decided
inner join standing on decided.application_id = standing.application_id
where decided.refusal_reason is null and standing.is_target

union all

-- the lines ended before that still matter
select
    carried.agency_id,
    due.turn,
    carried.application_id,
    carried.line_id,
    carried.approved_on,
    carried.line_until_instant,
    carried.gate_grade,
    carried.refusal_reason,
    false as is_new
from sequenced as carried
inner join due on carried.agency_id = due.agency_id
inner join evaluated on carried.agency_id = evaluated.agency_id
where carried.line_id is not null and carried.line_until_instant > evaluated.accepted_instant
{% endset %}

{{ recursion('sequenced', inputs, start, step) }},

final as (

    select
        application_id,
        agency_id,
        line_id,
        approved_on,
        gate_grade,
        refusal_reason,
        refusal_reason is null as is_applied
    from sequenced
    where is_new

)

select * from final
