-- Which agency a complaint is about, and which it is not, by decisions on `<dataset>:<source key>=<USCC>`. A USCC has
-- 18 characters.
with

decisions as (

    select
        *,
        {{ dbt.position("':'", 'object_id') }} as colon_position
    from {{ ref('int_identities_judged') }}

),

judgements as (

    select
        substring(object_id, 1, colon_position - 1) as dataset,
        substring(object_id, colon_position + 1, length(object_id) - colon_position - 19) as complaint_id,
        substring(object_id, length(object_id) - 17, 18) as agency_id,
        decision_code,
        decision_id,
        decided_on,
        received_on
    from decisions
    where
        colon_position > 0
        and length(object_id) > colon_position + 19
        and substring(object_id, length(object_id) - 18, 1) = '='

),

final as (

    select
        dataset,
        complaint_id,
        agency_id,
        decision_code,
        decision_id,
        decided_on,
        received_on,
        cast(
            row_number() over (
                partition by dataset, complaint_id, decision_code
                order by decided_on desc, decision_id desc
            ) as bigint
        ) as recency
    from judgements

)

select * from final
