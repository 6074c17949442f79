-- The decision that holds on a conflict and what it makes of it. It may name the conflict, or the double registration
-- that a counted_twice follows into being cleared; evidence that came after a clearing opens the conflict anew.
with

conflicts as (

    select * from {{ ref('int_conflicts_detected') }}

),

evidence as (

    select * from {{ ref('int_conflict_evidence') }}

),

decisions as (

    select
        *,
        row_number() over (
            partition by object_id
            order by decided_on desc, decision_id desc
        ) as recency
    from {{ ref('int_decisions_applied') }}
    where object_type in ('conflict', 'identity')

),

decidable as (

    select
        conflict_id,
        conflict_kind,
        conflict_id as object_id,
        0 as is_followed
    from conflicts
    union all
    select
        conflict_id,
        conflict_kind,
        {{ conflict_id("'double_registration'", 'person_id', 'employer_a_id', 'employer_b_id', 'overlap_from_on') }}
            as object_id,
        1 as is_followed
    from conflicts
    where conflict_kind = 'counted_twice'

),

outcomes as (

    select
        decidable.conflict_id,
        decidable.is_followed,
        decisions.decision_id,
        decisions.decision_code,
        decisions.decided_on,
        case
            when decisions.decision_code in ('confirmed', 'cleared') then decisions.decision_code
            when decidable.conflict_kind = 'identity_unresolved' and decisions.decision_code = 'same_person' then 'confirmed'
            when decisions.decision_code = 'different_person' then 'cleared'
        end as outcome
    from decidable
    inner join decisions
        on decidable.object_id = decisions.object_id
    where decisions.recency = 1

),

ranked as (

    select
        *,
        row_number() over (partition by conflict_id order by is_followed) as place
    from outcomes
    where is_followed = 0 or outcome = 'cleared'

),

final as (

    select
        ranked.conflict_id,
        ranked.decision_id,
        ranked.decision_code,
        ranked.decided_on,
        ranked.outcome,
        coalesce(ranked.outcome = 'cleared' and evidence.last_dataset_joined_on > ranked.decided_on, false) as is_reopened
    from ranked
    left join evidence
        on ranked.conflict_id = evidence.conflict_id
    where ranked.place = 1

)

select * from final
