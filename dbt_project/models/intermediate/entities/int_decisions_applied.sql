/* Maker and checker are two people, and the word fits its object. A decision holds from its day. Which complaint is
whose (<dataset>:<source key>=<USCC>) moves the ledger, though, and the ledger depends on what is known alone: these
decisions hold whatever the evaluation instant. */
with

decisions as (

    select * from {{ ref('stg_credit_desk__decisions') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

fitting as (

    select decisions.*
    from decisions
    cross join build
    where
        coalesce(decisions.handled_by, '') <> coalesce(decisions.reviewed_by, '')
        and ((decisions.object_type = 'identity' and decisions.object_id like '%:%') or decisions.decided_on <= build.as_of_on)
        and (
            (decisions.object_type = 'directory' and decisions.decision_code in ('exit', 'readmit'))
            or (decisions.object_type = 'identity' and decisions.decision_code in ('same_person', 'different_person'))
            or (decisions.object_type = 'lead' and decisions.decision_code in ('confirmed', 'cleared'))
            or (
                decisions.object_type = 'conflict'
                and decisions.decision_code in ('confirmed', 'cleared', 'same_person', 'different_person')
            )
        )

),

ranked as (

    select
        *,
        row_number() over (
            partition by object_type, object_id
            order by decided_on desc, decision_id desc
        ) as recency
    from fitting

),

final as (

    select
        decision_id,
        object_type,
        object_id,
        decision_code,
        decided_on,
        received_on,
        received_on as known_on,
        source,
        dataset,
        source_key,
        file_hash,
        sheet,
        row_number
    from ranked
    where recency = 1

)

select * from final
