/* Decisions on identity move lines of the ledger: whose a complaint is (`<dataset>:<source key>=<USCC>`), whose a
branch (`<USCC>=<USCC>`). The ledger depends only on what is known, so the latest decision holds, whatever the
evaluation day. */
with

decisions as (

    select * from {{ ref('int_decisions_fitting') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by object_id
            order by decided_on desc, decision_id desc
        ) as recency
    from decisions
    where object_type = 'identity'

),

final as (

    select
        object_id,
        decision_id,
        decision_code,
        decided_on,
        received_on
    from ranked
    where recency = 1

)

select * from final
