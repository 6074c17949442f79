with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

agency_names as (

    select * from {{ ref('int_agency_names') }}

),

complaints as (

    select * from {{ ref('int_complaints_matched') }}

),

findings as (

    select * from {{ ref('stg_credit_desk__findings') }}

),

merit_claims as (

    select * from {{ ref('stg_credit_desk__merit_claims') }}

),

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

penalties as (

    select * from {{ ref('stg_inspections__penalties') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

written as (

    select agency_id from findings
    union
    select agency_id from merit_claims
    union
    select agency_id from checks
    union
    select agency_id from penalties
    union
    select agency_id from complaints
    where agency_id is not null

),

-- a branch's evidence makes its parent known; a drop counts for the agencies that it lists
known as (

    select agency_id from agency_drops
    union
    select coalesce(branches.agency_id, written.agency_id) as agency_id
    from written
    left join branches on written.agency_id = branches.branch_id

),

shown as (

    select
        agency_id,
        min(received_on) as first_drop_on,
        max(received_on) as last_drop_on,
        min(submitted_on) as first_submitted_on,
        min(published_on) as first_published_on
    from agency_drops
    group by agency_id

),

latest as (

    select * from agency_drops
    where next_shown_on is null

),

former as (

    select
        agency_id,
        {{ joined_text('agency_name', '、', ['first_seen_on', 'agency_name']) }} as former_names
    from agency_names
    where not is_current and name_basis = 'directory'
    group by agency_id

),

current_names as (

    select * from agency_names
    where is_current

),

final as (

    select
        known.agency_id,
        current_names.agency_name,
        coalesce(former.former_names, '') as former_names,
        latest.service_type,
        latest.listing_basis,
        latest.submitted_on,
        latest.published_on,
        latest.onsite_checked_on,
        latest.onsite_result,
        latest.registry_status,
        latest.legal_representative,
        latest.registered_address,
        latest.floor_area_m2,
        latest.is_legal_person,
        latest.has_quality_system,
        latest.assessment_control,
        shown.first_drop_on,
        shown.last_drop_on,
        shown.first_submitted_on,
        shown.first_published_on,
        coalesce(latest.is_in_last_drop, false) as is_in_last_drop
    from known
    left join shown
        on known.agency_id = shown.agency_id
    left join latest
        on known.agency_id = latest.agency_id
    left join current_names
        on known.agency_id = current_names.agency_id
    left join former
        on known.agency_id = former.agency_id

)

select * from final
