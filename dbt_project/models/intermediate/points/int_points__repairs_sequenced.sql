-- The repair gate, in order (credit.md Q7, 6.6). Whether a repair applies depends on the grade on its acceptance date,
-- and that grade on the repairs applied before: truly sequential, so this is a recursion over the turns of the
-- applications, all agencies at once. A turn reads the candidates of that turn only and carries the lines repaired so
-- far that have not ended: the cost is the sum of the lines in force at the acceptance dates, whatever their number.
with recursive

candidates as (

    select * from {{ ref('int_points__repair_candidates') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

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

component_rules as (

    select * from {{ ref('int_points__component_rules') }}

),

policies as (

    select * from {{ ref('stg_rulebook__repair_policy') }}

),

events as (

    select * from {{ ref('int_points__fact_events') }}

),

applications as (

    select distinct
        candidates.application_id,
        candidates.agency_id,
        candidates.turn,
        candidates.accepted_on,
        candidates.approved_on,
        candidates.static_refusal_reason,
        candidates.max_attempts,
        candidates.rulebook_id,
        versions.base_hundredths,
        versions.step_hundredths
    from candidates
    left join versions on candidates.rulebook_id = versions.rulebook_id

),

-- under same_act: sum, which line of a case zeroes which
zeroings as (

    select
        zeroed.application_id,
        zeroed.line_id,
        subsuming.line_id as subsuming_line_id
    from candidates as zeroed
    inner join candidates as subsuming
        on
            zeroed.application_id = subsuming.application_id
            and zeroed.case_id = subsuming.case_id
            and zeroed.line_id <> subsuming.line_id
    inner join subsumptions
        on
            subsuming.line_rulebook_id = subsumptions.rulebook_id
            and subsuming.item_code = subsumptions.item_code
            and zeroed.item_code = subsumptions.subsumed_item_code
    where zeroed.same_act = 'sum' and zeroed.effect = 'points' and subsuming.effect = 'points'

),

divisors as (

    select
        applications.application_id,
        component_rules.component_code,
        count(*) as divisor_count
    from applications
    inner join versions on applications.rulebook_id = versions.rulebook_id
    inner join component_rules on versions.version_number = component_rules.version_number
    inner join events
        on applications.agency_id = events.agency_id and component_rules.divisor_fact = events.fact_code
    left join policies on applications.rulebook_id = policies.rulebook_id
    where
        component_rules.aggregation = 'sum_over_count'
        and events.occurred_on <= applications.accepted_on
        and (
            policies.natural_repair = 'none'
            or coalesce(
                {{ evaluation_window('component_rules.window_code', 'events.occurred_on', 'versions.window_last_day') }}
                > applications.accepted_on,
                true
            )
        )
    group by applications.application_id, component_rules.component_code

),

sequenced as (

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

    union all

    select * from (

        with

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

        present as (

            select candidates.*
            from candidates
            inner join due on candidates.agency_id = due.agency_id and candidates.turn = due.turn
            where candidates.line_id is not null

        ),

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

        standing as (

            select
                present.*,
                present.refused_attempt_count + coalesce(repaired.applied_attempt_count, 0) as earlier_attempt_count
            from present
            left join repaired
                on present.application_id = repaired.application_id and present.line_id = repaired.line_id
            where repaired.approved_on is null or repaired.approved_on > present.accepted_on

        ),

        ranked as (

            select
                standing.*,
                row_number() over (
                    partition by application_id, case_id, case when effect = 'points' then 1 else 0 end
                    order by {{ case_order('standing') }}
                ) as place
            from standing

        ),

        zeroed as (

            select distinct
                zeroings.application_id,
                zeroings.line_id
            from zeroings
            inner join standing
                on
                    zeroings.application_id = standing.application_id
                    and zeroings.subsuming_line_id = standing.line_id

        ),

        counting as (

            select ranked.*
            from ranked
            left join zeroed on ranked.application_id = zeroed.application_id and ranked.line_id = zeroed.line_id
            where
                ranked.effect <> 'points'
                or (ranked.same_act = 'sum' and zeroed.line_id is null)
                or (ranked.same_act <> 'sum' and ranked.place = 1)

        ),

        item_sums as (

            select
                application_id,
                component_code,
                item_code,
                {{ clipped('cast(sum(points_hundredths) as bigint)', 'max(item_cap_hundredths)') }}
                    as item_hundredths
            from counting
            group by application_id, component_code, item_code

        ),

        component_places as (

            select
                counting.*,
                row_number() over (
                    partition by application_id, component_code
                    order by
                        case when effect = 'points' or points_hundredths <> 0 then 0 else 1 end,
                        {{ component_order('counting') }}
                ) as component_place
            from counting

        ),

        component_marks as (

            select
                application_id,
                component_code,
                max(aggregation) as aggregation,
                max(component_cap_hundredths) as component_cap_hundredths,
                count(case when effect = 'zero_component' then 1 end) as zeroing_count,
                cast(
                    sum(
                        case
                            when component_place = 1
                                then {{ clipped('points_hundredths', 'item_cap_hundredths') }}
                            else 0
                        end
                    ) as bigint
                ) as chosen_hundredths
            from component_places
            group by application_id, component_code

        ),

        component_sums as (

            select
                application_id,
                component_code,
                cast(sum(item_hundredths) as bigint) as summed_hundredths
            from item_sums
            group by application_id, component_code

        ),

        aggregated as (

            select
                component_marks.application_id,
                component_marks.component_cap_hundredths,
                {{ component_amount(
                    'component_marks.aggregation', 'component_sums.summed_hundredths',
                    'component_marks.chosen_hundredths', 'component_marks.zeroing_count'
                ) }} as amount,
                {{ component_divisor('component_marks.aggregation', 'coalesce(divisors.divisor_count, 0)') }} as divisor
            from component_marks
            inner join component_sums
                on
                    component_marks.application_id = component_sums.application_id
                    and component_marks.component_code = component_sums.component_code
            left join divisors
                on
                    component_marks.application_id = divisors.application_id
                    and component_marks.component_code = divisors.component_code

        ),

        quotients as (

            select
                *,
                {{ floor_quotient('amount', 'divisor') }} as whole
            from aggregated

        ),

        remainders as (

            select
                *,
                {{ quotient_remainder('amount', 'whole', 'divisor') }} as remainder
            from quotients

        ),

        given as (

            select
                application_id,
                cast(sum({{ capped_whole('whole', 'component_cap_hundredths') }}) as bigint) as points_hundredths,
                cast(
                    sum({{ capped_remainder('whole', 'remainder', 'component_cap_hundredths') }}) as bigint
                ) as remainder
            from remainders
            group by application_id

        ),

        scored as (

            select
                deciding.application_id,
                deciding.rulebook_id,
                {{ rounded_score(
                    '(deciding.base_hundredths + coalesce(given.points_hundredths, 0))',
                    'coalesce(given.remainder, 0)',
                    'deciding.step_hundredths'
                ) }} as score_hundredths
            from deciding
            left join given on deciding.application_id = given.application_id

        ),

        effect_ranks as (

            select
                counting.application_id,
                max(case when counting.effect = 'veto' then bands.grade_rank end) as veto_rank,
                max(case when counting.effect = 'ceiling' then bands.grade_rank end) as ceiling_rank
            from counting
            inner join bands on counting.rulebook_id = bands.rulebook_id and counting.effect_grade = bands.grade
            where counting.effect in ('veto', 'ceiling')
            group by counting.application_id

        ),

        graded as (

            select
                scored.application_id,
                scored.rulebook_id,
                coalesce(
                    effect_ranks.veto_rank,
                    case
                        when effect_ranks.ceiling_rank > bands.grade_rank then effect_ranks.ceiling_rank
                        else bands.grade_rank
                    end
                ) as grade_rank
            from scored
            left join bands
                on
                    scored.rulebook_id = bands.rulebook_id
                    and {{ band_holds('bands', 'scored.score_hundredths') }}
            left join effect_ranks on scored.application_id = effect_ranks.application_id

        ),

        aimed as (

            select
                application_id,
                count(case when earlier_attempt_count + 1 > max_attempts then 1 end) as exceeded_count
            from standing
            where is_target
            group by application_id

        ),

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

        -- what each application comes to
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

    ) as next_turn

),

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
