-- A report dated before its agency was published; the day itself is in order. Grandfathered agencies count as listed.
-- An agency on no directory drop was never published; before the first drop nothing is known. A later listing is no new
-- evidence.
with

reports as (

    select * from {{ ref('int_reports_attributed') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

directory_drops as (

    select received_on as first_drop_on
    from {{ ref('stg_lake__drops') }}
    where
        source = 'registry'
        and dataset = 'agencies'
        and is_first

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

final as (

    select
        {{ surrogate_key(["'work_before_listing'", 'reports.agency_id', "reports.report_no"]) }} as lead_id,
        'work_before_listing' as lead_kind,
        reports.agency_id as agency_id,
        reports.report_no as subject,
        'report of ' || cast(reports.reported_on as {{ dbt.type_string() }}) || ', '
        || coalesce('published ' || cast(agencies.first_published_on as {{ dbt.type_string() }}), 'never published') || ', ' || {{ file_place('reports.file_hash', 'reports.sheet', 'reports.row_number') }} as evidence,
        2 as evidence_dataset_count,
        greatest(reports.dated_first_received_on, directory_drops.first_drop_on) as first_seen_on,
        reports.received_on as last_seen_on
    from reports
    cross join parameters
    cross join directory_drops
    left join agencies
        on reports.agency_id = agencies.agency_id
    where
        coalesce(agencies.listing_basis, '') <> 'grandfathered_28'
        and reports.reported_on < coalesce(agencies.first_published_on, {{ open_end() }})
        and reports.reported_on <= parameters.as_of_on

)

select * from final
