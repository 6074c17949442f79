-- The warehouse's own counts (format.md, "Facts"), if an item uses them. Days are numbers, so that spans can be summed.
with

personnel as (

    select * from {{ ref('int_personnel_listed') }}

),

directory as (

    select * from {{ ref('int_agency_drops') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

asked as (

    select distinct fact as fact_code from items

),

personnel_drops as (

    select
        received_on,
        {{ day_number('received_on') }} as from_day,
        {{ day_number('next_received_on') }} as until_day
    from drops
    where source = 'registry' and dataset = 'personnel'

),

-- Level and kind are codes of the export. Intermediate or above: every operator's level except the lowest.
counted as (

    select
        asked.fact_code,
        personnel.agency_id,
        personnel.received_on,
        coalesce(
            'k' || personnel.person_key,
            -- a person with a usable ID number in one row and an unusable one in another: joined by registration number and name
            case
                when personnel.registration_no is not null and personnel.person_name is not null
                    then
                        'k' || max(personnel.person_key) over (
                            partition by
                                asked.fact_code,
                                personnel.agency_id,
                                personnel.received_on,
                                personnel.registration_no,
                                {{ person_name_key('personnel.person_name') }}
                        )
            end,
            'r' || personnel.registration_no,
            'q' || personnel.qualification_no,
            'n' || personnel.row_key
        ) as person_reference,
        personnel.registration_until_on
    from personnel
    inner join asked
        on
            (
                personnel.certificate_kind = 'engineer'
                and (
                    asked.fact_code = 'engineers'
                    or (asked.fact_code = 'engineers_level_1' and personnel.level_code = 'level_1')
                )
            )
            or (
                personnel.certificate_kind = 'operator'
                and (
                    asked.fact_code = 'operators'
                    or (
                        asked.fact_code = 'operators_intermediate'
                        and personnel.level_code in ('intermediate', 'advanced', 'technician', 'senior_technician')
                    )
                )
            )

),

holders as (

    select
        counted.fact_code,
        counted.agency_id,
        counted.person_reference,
        personnel_drops.from_day,
        -- a certificate counts on its last day; without a date it does not expire
        least(
            coalesce(personnel_drops.until_day, {{ end_of_time() }}),
            case
                when count(*) = count(counted.registration_until_on)
                    then {{ day_number('max(counted.registration_until_on)') }} + 1
                else {{ end_of_time() }}
            end
        ) as until_day
    from counted
    inner join personnel_drops on counted.received_on = personnel_drops.received_on
    group by
        counted.fact_code, counted.agency_id, counted.person_reference,
        personnel_drops.from_day, personnel_drops.until_day

),

first_drop as (

    select min(from_day) as from_day
    from personnel_drops

),

moves as (

    select
        fact_code,
        agency_id,
        from_day as day,
        1 as delta
    from holders
    where until_day > from_day
    union all
    select
        fact_code,
        agency_id,
        until_day as day,
        -1 as delta
    from holders
    where until_day > from_day and until_day < {{ end_of_time() }}
    union all
    -- an agency without a row counts nobody, from the dataset's first drop on
    select
        asked.fact_code,
        starts.agency_id,
        first_drop.from_day as day,
        0 as delta
    from starts
    inner join asked
        on asked.fact_code in ('engineers', 'engineers_level_1', 'operators', 'operators_intermediate')
    cross join first_drop
    where first_drop.from_day is not null

),

clamped as (

    select
        moves.fact_code,
        moves.agency_id,
        greatest(moves.day, {{ day_number('starts.starts_on') }}) as day,
        sum(moves.delta) as delta
    from moves
    inner join starts on moves.agency_id = starts.agency_id
    group by moves.fact_code, moves.agency_id, greatest(moves.day, {{ day_number('starts.starts_on') }})

),

people as (

    select
        fact_code,
        agency_id,
        day as from_day,
        lead(day) over (partition by fact_code, agency_id order by day) as until_day,
        sum(delta) over (partition by fact_code, agency_id order by day rows unbounded preceding) as amount
    from clamped

),

areas as (

    select
        asked.fact_code,
        directory.agency_id,
        greatest({{ day_number('directory.received_on') }}, {{ day_number('starts.starts_on') }}) as from_day,
        {{ day_number('directory.next_shown_on') }} as until_day,
        directory.floor_area_m2 as amount
    from directory
    inner join asked on asked.fact_code = 'floor_area'
    inner join starts on directory.agency_id = starts.agency_id
    where directory.floor_area_m2 is not null

),

amounts as (

    select
        fact_code,
        agency_id,
        from_day,
        until_day,
        cast(amount as decimal(18, 4)) as amount
    from people
    union all
    select
        fact_code,
        agency_id,
        from_day,
        until_day,
        cast(amount as decimal(18, 4)) as amount
    from areas

),

final as (

    select
        fact_code,
        agency_id,
        from_day,
        coalesce(until_day, {{ end_of_time() }}) as until_day,
        amount
    from amounts
    where until_day is null or until_day > from_day

)

select * from final
