/* credit.md Q28: which code is a branch, people judge: an identity decision `<USCC>=<USCC>` names the branch and whose
it is. Whose act a row tells moves the ledger, so the mapping holds whatever the evaluation instant. */
with

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

-- a USCC has 18 characters, and no dataset's name before a colon
stated as (

    select
        upper(substring(object_id, 1, 18)) as branch_id,
        upper(substring(object_id, 20, 18)) as owner_id,
        decided_on,
        decision_id
    from decisions
    where
        object_type = 'identity'
        and decision_code = 'same_person'
        and length(object_id) = 37
        and substring(object_id, 19, 1) = '='
        and substring(object_id, 1, 18) not like '%:%'

),

ranked as (

    select
        branch_id,
        owner_id,
        row_number() over (
            partition by branch_id
            order by decided_on desc, decision_id desc
        ) as recency
    from stated
    where branch_id <> owner_id

),

owned as (

    select
        branch_id,
        owner_id
    from ranked
    where recency = 1

),

-- a branch's branch is the agency's too; what goes on beyond that, as a ring does, maps to nobody
final as (

    select
        owned.branch_id,
        coalesce(above.owner_id, owned.owner_id) as agency_id
    from owned
    left join owned as above on owned.owner_id = above.branch_id
    left join owned as beyond on above.owner_id = beyond.branch_id
    where beyond.branch_id is null

)

select * from final
