with

lists as (

    select * from {{ ref('stg_lake__frozen_lists') }}

),

final as (

    select
        list_code,
        period,
        as_of_on,
        known_on,
        rulebook_id,
        is_provisional,
        member_count,
        members_hash,
        content_hash,
        previous_hash
    from lists

)

select * from final
