/* credit.md Q28: people decide which code is a branch. An identity decision `<USCC>=<USCC>` names the branch and its
parent. A code that the directory has listed is an agency and answers for itself: a decision on it (an acquisition)
explains, and moves no rows. */
with

decisions as (

    select * from {{ ref('int_identities_judged') }}

),

listed as (

    select distinct agency_id
    from {{ ref('stg_registry__agencies') }}

),

stated as (

    select
        substring(object_id, 1, 18) as branch_id,
        substring(object_id, 20, 18) as owner_id,
        decided_on,
        decision_id
    from decisions
    where
        decision_code = 'same_person'
        and {{ names_two_codes('object_id') }}

),

ranked as (

    select
        stated.branch_id,
        stated.owner_id,
        row_number() over (
            partition by stated.branch_id
            order by stated.decided_on desc, stated.decision_id desc
        ) as recency
    from stated
    left join listed on stated.branch_id = listed.agency_id
    where listed.agency_id is null and stated.branch_id <> stated.owner_id

),

owned as (

    select
        branch_id,
        owner_id
    from ranked
    where recency = 1

),

-- a branch's branch is also the agency's; a longer chain or a ring maps to nobody
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
