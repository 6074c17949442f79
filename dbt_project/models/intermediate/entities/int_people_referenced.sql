-- Whom a row means before any person has judged: tiers T1 to T4. A name or a mask alone never joins two rows.
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

-- who holds a registration number under a name; of two keys, neither can be told from the other
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

resolved as (

    select
        unkeyed.reference_id,
        case
            when registered.person_key is not null then registered.person_key
            when certified.person_key is not null then certified.person_key
            when unkeyed.registration_no is not null and unkeyed.person_name_key is not null
                then {{ surrogate_key(["'registration'", 'unkeyed.registration_no', 'unkeyed.person_name_key']) }}
            when unkeyed.person_id_status = 'masked' and unkeyed.qualification_no is not null
                then {{ surrogate_key([
                    "'certificate'", 'unkeyed.qualification_no', 'unkeyed.person_name_key', 'unkeyed.person_mask'
                ]) }}
            else {{ surrogate_key([
                "'alone'", 'unkeyed.agency_id', 'unkeyed.person_name_key', 'unkeyed.person_mask',
                'unkeyed.qualification_no'
            ]) }}
        end as base_person_id,
        case
            when registered.person_key is not null then 'T2'
            when certified.person_key is not null then 'T3'
            when unkeyed.registration_no is not null and unkeyed.person_name_key is not null then 'T2'
            when unkeyed.person_id_status = 'masked' and unkeyed.qualification_no is not null then 'T3'
            else 'T4'
        end as identity_tier
    from unkeyed
    left join registered
        on
            unkeyed.registration_no = registered.registration_no
            and unkeyed.person_name_key = registered.person_name_key
    left join certified
        on unkeyed.reference_id = certified.reference_id

),

final as (

    select * from keyed
    union all
    select * from resolved

)

select * from final
