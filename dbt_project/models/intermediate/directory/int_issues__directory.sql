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

fitting as (

    select * from {{ ref('int_decisions_fitting') }}

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
            when coalesce(decisions.handled_by, '') = coalesce(decisions.reviewed_by, '') then 'decision_maker_is_checker'
            else 'decision_misplaced'
        end as issue_code,
        decisions.source,
        decisions.dataset,
        decisions.source_key,
        case when decisions.object_type = 'directory' then decisions.object_id end as agency_id,
        decisions.file_hash,
        decisions.sheet,
        decisions.row_number,
        case
            when coalesce(decisions.handled_by, '') = coalesce(decisions.reviewed_by, '')
                then 'Decided and checked by one person, or by nobody named: not applied.'
            else concat(
                'The word ', decisions.decision_code, ' does not fit an object of type ', decisions.object_type,
                ': not applied.'
            )
        end as detail
    from decisions
    left join fitting
        on decisions.decision_id = fitting.decision_id
    where fitting.decision_id is null

),

final as (

    select * from vanished
    union all
    select * from unchecked

)

select * from final
