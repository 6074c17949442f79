with

agencies as (

    select * from {{ ref('dim_agencies') }}

),

statuses as (

    select * from {{ ref('int_directory_status') }}

),

final as (

    select
        agencies.agency_id,
        agencies.agency_name,
        statuses.exited_on,
        statuses.reason
    from agencies
    inner join statuses
        on agencies.agency_id = statuses.agency_id
    where agencies.directory_status = 'exited'

)

select * from final
