-- The input of each application's gate (credit.md 6.6): the lines of its agency that would be in force at the end of
-- the acceptance date, before same_act and repairs, with the rules of that day. Only applications that may be applied
-- change what a later one sees, so only they advance the turn; all applications of a turn see the same earlier repairs.
with

applications as (

    select * from {{ ref('int_points__repair_applications') }}
    where accepted_on is not null

),

targets as (

    select distinct
        application_id,
        line_id
    from {{ ref('int_points__repair_targets') }}
    where target_state = 'ok'

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

lines as (

    select * from {{ ref('int_points__scoring_lines') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

item_rules as (

    select * from {{ ref('int_points__item_rules') }}

),

component_rules as (

    select * from {{ ref('int_points__component_rules') }}

),

divisor_spans as (

    select * from {{ ref('int_points__divisor_spans') }}

),

aimed as (

    select application_id
    from targets
    group by application_id

),

turned as (

    select
        applications.application_id,
        applications.agency_id,
        applications.accepted_on,
        applications.replied_on as approved_on,
        applications.static_refusal_reason,
        applications.max_attempts,
        {{ day_end('applications.accepted_on') }} as accepted_instant,
        1 + coalesce(
            sum(
                case when applications.static_refusal_reason is null and aimed.application_id is not null then 1 else 0 end
            ) over (
                partition by applications.agency_id
                order by applications.accepted_on, applications.application_id
                rows between unbounded preceding and 1 preceding
            ),
            0
        ) as turn
    from applications
    left join aimed on applications.application_id = aimed.application_id

),

attempts as (

    select
        turned.application_id,
        targets.line_id,
        count(case when turned.static_refusal_reason in ('not_approved', 'documents') then 1 end) over (
            partition by turned.agency_id, targets.line_id
            order by turned.accepted_on, turned.application_id
            rows between unbounded preceding and 1 preceding
        ) as refused_attempt_count
    from turned
    inner join targets on turned.application_id = targets.application_id

),

versioned as (

    select
        turned.*,
        starts.agency_no,
        versions.version_number,
        versions.rulebook_id,
        versions.same_act,
        versions.base_hundredths,
        versions.step_hundredths
    from turned
    left join starts on turned.agency_id = starts.agency_id
    left join versions
        on turned.accepted_instant >= versions.from_instant and turned.accepted_instant < versions.until_instant

),

-- what a component's sum is divided by on that day
divisors as (

    select
        versioned.application_id,
        divisor_spans.component_code,
        count(*) as divisor_count
    from versioned
    inner join divisor_spans
        on
            versioned.agency_no = divisor_spans.agency_no
            and versioned.accepted_instant >= divisor_spans.from_instant
            and versioned.accepted_instant < divisor_spans.until_instant
    group by versioned.application_id, divisor_spans.component_code

),

final as (

    select
        versioned.application_id,
        versioned.agency_id,
        cast(versioned.turn as integer) as turn,
        versioned.accepted_on,
        versioned.approved_on,
        versioned.static_refusal_reason,
        versioned.max_attempts,
        versioned.rulebook_id,
        versioned.same_act,
        versioned.base_hundredths,
        versioned.step_hundredths,
        lines.line_id,
        lines.case_id,
        lines.item_code,
        lines.component_code,
        lines.occasion_key,
        lines.line_order,
        lines.set_code,
        lines.rulebook_id as line_rulebook_id,
        lines.points_hundredths,
        lines.effect,
        lines.effect_grade,
        lines.clock_start_on,
        lines.determined_on,
        lines.until_instant,
        item_rules.cap_hundredths as item_cap_hundredths,
        item_rules.check_cap_hundredths as item_check_cap_hundredths,
        least(
            item_rules.cap_hundredths, item_rules.check_cap_hundredths, component_rules.check_cap_hundredths
        ) as line_cap_hundredths,
        component_rules.check_cap_hundredths as component_check_cap_hundredths,
        component_rules.aggregation,
        component_rules.cap_hundredths as component_cap_hundredths,
        coalesce(divisors.divisor_count, 0) as divisor_count,
        targets.line_id is not null as is_target,
        coalesce(attempts.refused_attempt_count, 0) as refused_attempt_count
    from versioned
    left join lines
        on
            versioned.agency_no = lines.agency_no
            and versioned.accepted_instant >= lines.from_instant
            and versioned.accepted_instant < lines.until_instant
    left join item_rules
        on versioned.version_number = item_rules.version_number and lines.item_code = item_rules.item_code
    left join component_rules
        on
            versioned.version_number = component_rules.version_number
            and lines.component_code = component_rules.component_code
    left join divisors
        on versioned.application_id = divisors.application_id and lines.component_code = divisors.component_code
    left join targets on versioned.application_id = targets.application_id and lines.line_id = targets.line_id
    left join attempts on versioned.application_id = attempts.application_id and lines.line_id = attempts.line_id

)

select * from final
