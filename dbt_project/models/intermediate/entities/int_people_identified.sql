-- A decision by people (same_person on an identity_unresolved pair) joins what the tiers kept apart; the group takes
-- the id of a holder of a key. Chains of decisions are short: three rounds of taking the lowest neighbour join up to
-- eight rows.
with

referenced as (

    select * from {{ ref('int_people_referenced') }}

),

unresolved as (

    select * from {{ ref('int_identities_unresolved') }}

),

renamed as (

    select * from {{ ref('int_identities_renamed') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

pairs_named as (

    select
        pair_id,
        pair_id as object_id
    from unresolved
    union all
    select
        pair_id,
        former_pair_id as object_id
    from renamed

),

pairs_decided as (

    select
        pairs_named.pair_id,
        decisions.decision_code,
        row_number() over (
            partition by pairs_named.pair_id, decisions.object_type
            order by decisions.decided_on desc, decisions.decision_id desc
        ) as recency
    from pairs_named
    inner join decisions
        on pairs_named.object_id = decisions.object_id
    where decisions.object_type in ('identity', 'conflict')

),

judged as (

    select
        unresolved.person_id as one_id,
        unresolved.other_person_id as other_id
    from unresolved
    inner join pairs_decided
        on unresolved.pair_id = pairs_decided.pair_id
    where
        pairs_decided.recency = 1
        and pairs_decided.decision_code = 'same_person'

),

edges as (

    select
        one_id as from_id,
        other_id as to_id
    from judged
    union
    select
        other_id as from_id,
        one_id as to_id
    from judged
    union
    select
        one_id as from_id,
        one_id as to_id
    from judged
    union
    select
        other_id as from_id,
        other_id as to_id
    from judged

),

-- T1 first, then by id
labels_0 as (

    select
        edges.from_id as base_person_id,
        min(referenced.identity_tier || edges.from_id) as label
    from edges
    inner join referenced
        on edges.from_id = referenced.base_person_id
    group by edges.from_id

),
{% for round in range(1, 4) %}
    labels_{{ round }} as (

        select
            edges.from_id as base_person_id,
            min(labels.label) as label
        from edges
        inner join labels_{{ round - 1 }} as labels
            on edges.to_id = labels.base_person_id
        group by edges.from_id

    ),
{% endfor %}
final as (

    select
        referenced.reference_id,
        referenced.base_person_id,
        coalesce(substr(labels_3.label, 3), referenced.base_person_id) as person_id,
        referenced.identity_tier,
        labels_3.label is not null as is_judged
    from referenced
    left join labels_3
        on referenced.base_person_id = labels_3.base_person_id

)

select * from final
