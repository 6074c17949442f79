-- A decision holds from its day; the latest decision on an object applies.
with

decisions as (

    select * from {{ ref('int_decisions_fitting') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

ranked as (

    select
        decisions.*,
        row_number() over (
            partition by decisions.object_type, decisions.object_id
            order by decisions.decided_on desc, decisions.decision_id desc
        ) as recency
    from decisions
    cross join build
    where decisions.decided_on <= build.as_of_on

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
