-- Two codes that decisions call the same: one row, whichever code they name first and however often they say it.
with

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

stated as (

    select
        substring(object_id, 1, 18) as first_id,
        substring(object_id, 20, 18) as second_id
    from decisions
    where
        object_type = 'identity'
        and decision_code = 'same_person'
        and {{ names_two_codes('object_id') }}

),

final as (

    select distinct
        least(first_id, second_id) as employer_a_id,
        greatest(first_id, second_id) as employer_b_id
    from stated
    where first_id <> second_id

)

select * from final
