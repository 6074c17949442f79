with

received as (

    select * from {{ source('lake', 'frozen_lists') }}

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
    from received

)

select * from final
