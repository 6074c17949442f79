-- The person that a row means, before any decision by people: tiers T1 to T4. A name or a mask alone never joins two
-- rows.
with

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

mentions as (

    select
        agency_id,
        reference_id,
        person_key,
        person_mask,
        person_id_status,
        person_name_key,
        registration_no,
        qualification_no
    from listings
    union
    select
        agency_id,
        {{ person_reference_id(
            'project_lead_key', 'project_lead_mask', 'project_lead_id_status', 'project_lead_name',
            'project_lead_registration_no', "cast(null as " ~ dbt.type_string() ~ ")", 'agency_id'
        ) }} as reference_id,
        project_lead_key as person_key,
        project_lead_mask as person_mask,
        project_lead_id_status as person_id_status,
        {{ person_name_key('project_lead_name') }} as person_name_key,
        project_lead_registration_no as registration_no,
        cast(null as {{ dbt.type_string() }}) as qualification_no
    from reports
    where
        project_lead_key is not null
        or project_lead_registration_no is not null

),

-- T1: a full, valid number
keyed as (

    select
        person_key as reference_id,
        person_key as base_person_id,
        'T1' as identity_tier
    from mentions
    where person_key is not null
    group by person_key

),

-- who holds a registration number under a name; with two keys, it is unknown which of the two a row means
registered as (

    select
        registration_no,
        person_name_key,
        min(person_key) as person_key
    from mentions
    where
        person_key is not null
        and registration_no is not null
        and person_name_key is not null
    group by registration_no, person_name_key
    having min(person_key) = max(person_key)

),

unkeyed as (

    select
        reference_id,
        min(agency_id) as agency_id,
        min(person_mask) as person_mask,
        min(person_id_status) as person_id_status,
        min(person_name_key) as person_name_key,
        min(registration_no) as registration_no,
        min(qualification_no) as qualification_no
    from mentions
    where person_key is null
    group by reference_id

),

-- T3: a mask whose visible digits all agree, with name and certificate
certified as (

    select
        unkeyed.reference_id,
        min(mentions.person_key) as person_key
    from unkeyed
    inner join mentions
        on
            unkeyed.qualification_no = mentions.qualification_no
            and unkeyed.person_name_key = mentions.person_name_key
    where
        unkeyed.person_id_status = 'masked'
        and mentions.person_key is not null
        and {{ masks_agree('unkeyed.person_mask', 'mentions.person_mask') }}
    group by unkeyed.reference_id
    having min(mentions.person_key) = max(mentions.person_key)

),

-- a certificate under one name whose masks all agree has one holder, whatever digits each mask hides
certificates as (

    select
        qualification_no,
        person_name_key,
        min(registration_no) as least_registration_no,
        max(registration_no) as greatest_registration_no,
        {{ masks_all_agree('person_mask') }} as is_one_holder
    from unkeyed
    where
        person_id_status = 'masked'
        and qualification_no is not null
        and person_name_key is not null
    group by qualification_no, person_name_key

),

certified_alike as (

    select
        unkeyed.*,
        coalesce(certificates.is_one_holder, false) as is_one_holder,
        -- a row without a registration number takes the one that the other rows give
        unkeyed.registration_no is null as is_number_lent,
        coalesce(
            unkeyed.registration_no,
            case
                when
                    certificates.is_one_holder
                    and certificates.least_registration_no = certificates.greatest_registration_no
                    then certificates.least_registration_no
            end
        ) as holder_registration_no
    from unkeyed
    left join certificates
        on
            unkeyed.person_id_status = 'masked'
            and unkeyed.qualification_no = certificates.qualification_no
            and unkeyed.person_name_key = certificates.person_name_key

),

resolved as (

    select
        certified_alike.*,
        case
            when registered.person_key is not null and not certified_alike.is_number_lent then registered.person_key
            when certified.person_key is not null then certified.person_key
            when registered.person_key is not null then registered.person_key
            when certified_alike.holder_registration_no is not null and certified_alike.person_name_key is not null
                then {{ surrogate_key([
                    "'registration'", 'certified_alike.holder_registration_no', 'certified_alike.person_name_key'
                ]) }}
            when certified_alike.person_id_status = 'masked' and certified_alike.qualification_no is not null
                then {{ surrogate_key([
                    "'certificate'", 'certified_alike.qualification_no', 'certified_alike.person_name_key',
                    'case when not certified_alike.is_one_holder then certified_alike.person_mask end'
                ]) }}
            else {{ surrogate_key([
                "'alone'", 'certified_alike.agency_id', 'certified_alike.person_name_key', 'certified_alike.person_mask',
                'certified_alike.qualification_no'
            ]) }}
        end as base_person_id,
        case
            when registered.person_key is not null and not certified_alike.is_number_lent then 'T2'
            when certified.person_key is not null then 'T3'
            when certified_alike.registration_no is not null and certified_alike.person_name_key is not null then 'T2'
            when certified_alike.person_id_status = 'masked' and certified_alike.qualification_no is not null then 'T3'
            else 'T4'
        end as identity_tier
    from certified_alike
    left join registered
        on
            certified_alike.holder_registration_no = registered.registration_no
            and certified_alike.person_name_key = registered.person_name_key
    left join certified
        on certified_alike.reference_id = certified.reference_id

),

-- a row without a key carries everything that its person's id is made from
final as (

    select
        reference_id,
        base_person_id,
        identity_tier,
        {{ absent(dbt.type_string(), [
            'agency_id', 'person_name_key', 'person_mask', 'holder_registration_no', 'qualification_no'
        ]) }}
    from keyed
    union all
    select
        reference_id,
        base_person_id,
        identity_tier,
        agency_id,
        person_name_key,
        person_mask,
        holder_registration_no,
        qualification_no
    from resolved

)

select * from final
