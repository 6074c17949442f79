-- Former ids of each person after decisions: those of the person of any row that people have joined since.
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
