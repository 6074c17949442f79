-- The decision that holds on each conflict, and its outcome. A decision on the double registration behind a
-- counted_twice applies to it only if it clears. Evidence that arrives after a clearing reopens the conflict.
with

named as (

    select * from {{ ref('int_conflict_ids') }}

),

evidence as (

    select * from {{ ref('int_conflict_evidence') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}
    where object_type in ('conflict', 'identity')

),

outcomes as (

    select
        named.conflict_id,
        named.is_followed,
        decisions.decision_id,
        decisions.decision_code,
        decisions.decided_on,
        case
            when decisions.decision_code in ('confirmed', 'cleared') then decisions.decision_code
            when named.conflict_kind = 'identity_unresolved' and decisions.decision_code = 'same_person' then 'confirmed'
            when decisions.decision_code = 'different_person' then 'cleared'
        end as outcome,
        row_number() over (
            partition by named.conflict_id, named.is_followed
            order by decisions.decided_on desc, decisions.decision_id desc
        ) as recency
    from named
    inner join decisions
        on named.object_id = decisions.object_id

),

ranked as (

    select
        *,
        row_number() over (partition by conflict_id order by is_followed) as row_rank
    from outcomes
    where
        recency = 1
        and (is_followed = 0 or outcome = 'cleared')

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
    where ranked.row_rank = 1

)

select * from final
