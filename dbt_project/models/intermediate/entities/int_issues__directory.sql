with

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

decisions as (

    select * from {{ ref('stg_credit_desk__decisions') }}

),

vanished as (

    select
        'agency_missing_from_drop' as issue_code,
        agency_drops.source,
        agency_drops.dataset,
        agency_drops.source_key,
        agency_drops.agency_id,
        agency_drops.file_hash,
        agency_drops.sheet,
        agency_drops.row_number,
        concat(
            'The last directory list no longer shows the agency, and none showed its exit; last shown in the list of ',
            cast(agency_drops.received_on as {{ dbt.type_string() }}), '.'
        ) as detail
    from agencies
    inner join agency_drops
        on
            agencies.agency_id = agency_drops.agency_id
            and agencies.last_drop_on = agency_drops.received_on
    where
        not agencies.is_in_last_drop
        and coalesce(agencies.registry_status, 'normal') not in ('exited', 'deregistered')

),

unchecked as (

    select
        case
            when coalesce(handled_by, '') = coalesce(reviewed_by, '') then 'decision_maker_is_checker'
            else 'decision_misplaced'
        end as issue_code,
        source,
        dataset,
        source_key,
        case when object_type = 'directory' then object_id end as agency_id,
        file_hash,
        sheet,
        row_number,
        case
            when coalesce(handled_by, '') = coalesce(reviewed_by, '')
                then 'Decided and checked by one person, or by nobody named: not applied.'
            else concat('The word ', decision_code, ' does not fit an object of type ', object_type, ': not applied.')
        end as detail
    from decisions
    where
        coalesce(handled_by, '') = coalesce(reviewed_by, '')
        or not (
            (object_type = 'directory' and decision_code in ('exit', 'readmit'))
            or (object_type = 'identity' and decision_code in ('same_person', 'different_person'))
            or (object_type = 'lead' and decision_code in ('confirmed', 'cleared'))
            or (
                object_type = 'conflict'
                and decision_code in ('confirmed', 'cleared', 'same_person', 'different_person')
            )
        )

),

final as (

    select * from vanished
    union all
    select * from unchecked

)

select * from final
