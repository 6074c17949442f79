with

loads as (

    select * from {{ source('lake', 'loads') }}

),

drops as (

    select distinct
        source,
        dataset,
        received_on
    from loads
    where status = 'loaded'

),

neighbours as (

    select
        source,
        dataset,
        received_on,
        row_number() over (partition by source, dataset order by received_on) as drop_number,
        lag(received_on) over (partition by source, dataset order by received_on) as previous_received_on,
        lead(received_on) over (partition by source, dataset order by received_on) as next_received_on
    from drops

),

final as (

    select
        source,
        dataset,
        received_on,
        cast(drop_number as integer) as drop_number,
        previous_received_on,
        next_received_on,
        previous_received_on is null as is_first,
        next_received_on is null as is_last
    from neighbours

)

select * from final
