-- Two codes that decisions call the same employer: one row, whatever their order and however many decisions say so.
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
