-- The agencies on each directory list. An unreadable row is no departure: its agency stays, as last read.
with

staged as (

    select * from {{ ref('stg_registry__agencies') }}

),

carried as (

    select * from {{ ref('int_rows_carried') }}
    where dataset = 'agencies'

),

agencies as (

    {{ listed_rows([
        'agency_id', 'agency_name', 'legal_representative', 'registered_address', 'service_type', 'is_legal_person',
        'floor_area_m2', 'has_quality_system', 'assessment_control', 'listing_basis', 'submitted_on', 'onsite_checked_on',
        'onsite_result', 'published_on', 'registry_status'
    ]) }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

directory_drops as (

    select * from drops
    where source = 'registry' and dataset = 'agencies'

),

final as (

    select
        agencies.agency_id,
        agencies.received_on,
        agencies.agency_name,
        agencies.legal_representative,
        agencies.registered_address,
        agencies.service_type,
        agencies.is_legal_person,
        agencies.floor_area_m2,
        agencies.has_quality_system,
        agencies.assessment_control,
        agencies.listing_basis,
        agencies.submitted_on,
        agencies.onsite_checked_on,
        agencies.onsite_result,
        agencies.published_on,
        agencies.registry_status,
        agencies.source,
        agencies.dataset,
        agencies.source_key,
        agencies.file_hash,
        agencies.sheet,
        agencies.row_number,
        agencies.is_carried,
        directory_drops.is_first as is_in_first_drop,
        directory_drops.is_last as is_in_last_drop,
        directory_drops.next_received_on as next_drop_on,
        lead(agencies.received_on) over (
            partition by agencies.agency_id
            order by agencies.received_on
        ) as next_shown_on
    from agencies
    inner join directory_drops
        on agencies.received_on = directory_drops.received_on

)

select * from final
