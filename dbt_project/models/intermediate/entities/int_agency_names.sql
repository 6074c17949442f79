-- The names of agencies. For an agency that was ever listed, only the directory's names count.
with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

penalties as (

    select * from {{ ref('stg_inspections__penalties') }}

),

media as (

    select * from {{ ref('stg_complaints__media') }}

),

contracts as (

    select * from {{ ref('stg_platform__contracts') }}

),

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

written_elsewhere as (

    select
        agency_id,
        agency_name,
        received_on,
        'evidence' as name_basis
    from checks
    union all
    select
        agency_id,
        agency_name,
        received_on,
        'evidence' as name_basis
    from penalties
    union all
    select
        agency_id,
        respondent_name as agency_name,
        received_on,
        'press' as name_basis  -- often a short name: shown for an agency, but never matched with a complaint
    from media
    union all
    select
        agency_id,
        agency_name,
        received_on,
        'evidence' as name_basis
    from contracts
    union all
    select
        agency_id,
        agency_name,
        received_on,
        'evidence' as name_basis
    from reports

),

listed as (

    select distinct agency_id from agency_drops

),

names_seen as (

    select
        agency_id,
        agency_name,
        received_on,
        'directory' as name_basis
    from agency_drops
    union all
    select
        written_elsewhere.agency_id,
        written_elsewhere.agency_name,
        written_elsewhere.received_on,
        written_elsewhere.name_basis
    from written_elsewhere
    left join listed
        on written_elsewhere.agency_id = listed.agency_id
    where
        listed.agency_id is null
        and written_elsewhere.agency_id is not null
        and written_elsewhere.agency_name is not null

),

names as (

    select
        agency_id,
        agency_name,
        name_basis,
        min(received_on) as first_seen_on,
        max(received_on) as last_seen_on,
        row_number() over (partition by agency_id, agency_name order by name_basis) as basis_rank
    from names_seen
    group by agency_id, agency_name, name_basis

),

final as (

    select
        agency_id,
        agency_name,
        replace(agency_name, '·', '') as name_key,
        name_basis,
        first_seen_on,
        last_seen_on,
        row_number() over (
            partition by agency_id
            order by name_basis asc, last_seen_on desc, first_seen_on desc, agency_name desc
        ) = 1 as is_current
    from names
    where basis_rank = 1  -- of a name that evidence and the press both show, the row of evidence

)

select * from final
