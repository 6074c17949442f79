-- Quarantined rows and whom or what they name in any way: by code, by a name that an agency has or had, because people said so
-- of the complaint of that number (and not where they said that it is another's), or, of a decision, by the id of its object.
with

quarantined as (

    select * from {{ ref('int_rows_quarantined') }}

),

names as (

    select * from {{ ref('stg_lake__quarantined_names') }}
    where name_hash is not null

),

agency_names as (

    select
        md5(name_key) as name_hash,
        agency_id
    from {{ ref('int_agency_names') }}

),

judged as (

    select
        dataset,
        md5(complaint_id) as row_key_hash,
        agency_id,
        decision_code,
        recency
    from {{ ref('int_complaints_judged') }}

),

agencies as (

    select
        quarantined.source,
        quarantined.dataset,
        quarantined.received_on,
        quarantined.file_hash,
        quarantined.file_position,
        agency_names.agency_id
    from quarantined
    inner join names
        on
            quarantined.source = names.source
            and quarantined.dataset = names.dataset
            and quarantined.received_on = names.received_on
            and quarantined.file_hash = names.file_hash
            and quarantined.file_position = names.file_position
    inner join agency_names
        on names.name_hash = agency_names.name_hash
    left join judged
        on
            quarantined.dataset = judged.dataset
            and quarantined.row_key_hash = judged.row_key_hash
            and agency_names.agency_id = judged.agency_id
            and judged.decision_code = 'different_person'
    where
        quarantined.agency_id is null
        and judged.agency_id is null
    union
    select
        quarantined.source,
        quarantined.dataset,
        quarantined.received_on,
        quarantined.file_hash,
        quarantined.file_position,
        judged.agency_id
    from quarantined
    inner join judged
        on
            quarantined.dataset = judged.dataset
            and quarantined.row_key_hash = judged.row_key_hash
    where
        quarantined.agency_id is null
        and judged.decision_code = 'same_person'
        and judged.recency = 1

),

objects as (

    select
        source,
        dataset,
        received_on,
        file_hash,
        file_position,
        min(name_hash) as object_hash
    from names
    where source = 'credit_desk'
    group by source, dataset, received_on, file_hash, file_position

),

final as (

    select
        quarantined.source,
        quarantined.dataset,
        quarantined.received_on,
        quarantined.file_name,
        quarantined.file_hash,
        quarantined.sheet,
        quarantined.row_number,
        quarantined.file_position,
        quarantined.reason_code,
        quarantined.header,
        coalesce(quarantined.agency_id, agencies.agency_id) as agency_id,
        quarantined.person_key,
        objects.object_hash,
        quarantined.is_replaced
    from quarantined
    left join agencies
        on
            quarantined.source = agencies.source
            and quarantined.dataset = agencies.dataset
            and quarantined.received_on = agencies.received_on
            and quarantined.file_hash = agencies.file_hash
            and quarantined.file_position = agencies.file_position
    left join objects
        on
            quarantined.source = objects.source
            and quarantined.dataset = objects.dataset
            and quarantined.received_on = objects.received_on
            and quarantined.file_hash = objects.file_hash
            and quarantined.file_position = objects.file_position

)

select * from final
