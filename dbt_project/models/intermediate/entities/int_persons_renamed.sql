-- Former ids of each person as judged: what a row's own person was called, whoever people joined it with since.
with

people as (

    select * from {{ ref('int_people_identified') }}

),

renamed as (

    select * from {{ ref('int_people_renamed') }}

),

final as (

    select distinct
        people.person_id,
        renamed.former_person_id
    from renamed
    inner join people on renamed.base_person_id = people.base_person_id

)

select * from final
