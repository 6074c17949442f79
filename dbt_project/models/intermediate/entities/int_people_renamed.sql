-- Former ids of persons, made from numbers as earlier releases kept them, for any tier of that time: decisions on their
-- conflicts still use them. An id that would now be two persons is dropped.
with

people as (

    select * from {{ ref('int_people_referenced') }}

),

forms as (

    select distinct
        code,
        former_code
    from {{ ref('stg_lake__former_codes') }}
    where dataset in ('personnel', 'reports')

),

by_registration as (

    select
        people.base_person_id,
        {{ surrogate_key(["'registration'", 'forms.former_code', 'people.person_name_key']) }} as former_person_id
    from people
    inner join forms on people.holder_registration_no = forms.code
    where people.person_name_key is not null

),

by_certificate as (

    select
        people.base_person_id,
        people.agency_id,
        people.person_name_key,
        people.person_mask,
        forms.former_code
    from people
    inner join forms on people.qualification_no = forms.code

),

renamed as (

    select * from by_registration
    union all
    select
        base_person_id,
        {{ surrogate_key(["'certificate'", 'former_code', 'person_name_key', 'null']) }} as former_person_id
    from by_certificate
    union all
    select
        base_person_id,
        {{ surrogate_key(["'certificate'", 'former_code', 'person_name_key', 'person_mask']) }} as former_person_id
    from by_certificate
    union all
    select
        base_person_id,
        {{ surrogate_key(["'alone'", 'agency_id', 'person_name_key', 'person_mask', 'former_code']) }} as former_person_id
    from by_certificate

),

final as (

    select
        former_person_id,
        min(base_person_id) as base_person_id
    from renamed
    group by former_person_id
    having min(base_person_id) = max(base_person_id)

)

select * from final
