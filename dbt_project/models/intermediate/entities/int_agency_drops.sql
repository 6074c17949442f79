with

agencies as (

    select * from {{ ref('stg_registry__agencies') }}

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
