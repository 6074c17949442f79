-- Long: spells, what sets their ends, and the days of level 1 all come from the same rows; splitting it would write
-- these once more.
-- When a person was an engineer of an agency: unbroken runs of personnel drops, narrowed by the labour contract and the
-- registration of the person's latest rows there. Each end says what set it. A person with two certificates there
-- counts once, to the later end, and as level 1 while that certificate lasts.
with

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

loads as (

    select * from {{ ref('stg_lake__loads') }}

),

ranked as (

    select
        people.person_id,
        people.identity_tier,
        listings.*,
        row_number() over (
            partition by people.person_id, listings.agency_id, listings.drop_number
            order by
                case when listings.level_code = 'level_1' then 0 else 1 end,
                coalesce(listings.registration_until_on, {{ open_end() }}) desc,
                {{ file_recency('listings') }}
        ) as place_in_drop,
        -- the row that sets each end; a person has one contract there, so a row without it is ignored
        row_number() over (
            partition by people.person_id, listings.agency_id, listings.drop_number
            order by
                coalesce(listings.registration_until_on, {{ open_end() }}) desc,
                {{ file_recency('listings') }}
        ) as registration_rank,
        row_number() over (
            partition by people.person_id, listings.agency_id, listings.drop_number
            order by
                case when listings.is_contract_until_open then 0 when listings.contract_until_on is null then 2 else 1 end,
                listings.contract_until_on desc,
                {{ file_recency('listings') }}
        ) as contract_rank,
        max(people.identity_tier) over person_drop as drop_tier,
        max(case when listings.level_code = 'level_1' then 1 else 0 end) over person_drop as is_level_1,
        nullif(
            max(
                case
                    when listings.level_code = 'level_1'
                        then coalesce(listings.registration_until_on, {{ open_end() }})
                end
            ) over person_drop,
            {{ open_end() }}
        ) as level_1_registration_until_on
    from listings
    inner join people
        on listings.reference_id = people.reference_id
    window person_drop as (partition by people.person_id, listings.agency_id, listings.drop_number)

),

listed as (

    select
        *,
        drop_number - row_number() over (partition by person_id, agency_id order by drop_number) as island,
        row_number() over (partition by person_id, agency_id order by drop_number desc) as place_from_latest,
        row_number() over (partition by person_id, agency_id, is_level_1 order by drop_number desc)
            as place_from_latest_of_level
    from ranked
    where place_in_drop = 1

),

-- the rows of the last drop that lists the person there
latest as (

    select
        ranked.person_id,
        ranked.agency_id,
        max(case when ranked.registration_rank = 1 then ranked.registration_until_on end) as registration_until_on,
        max(case when ranked.registration_rank = 1 then ranked.cells_file_hash end) as registration_file_hash,
        max(case when ranked.registration_rank = 1 then ranked.cells_sheet end) as registration_sheet,
        max(case when ranked.registration_rank = 1 then ranked.cells_row_number end) as registration_row_number,
        max(case when ranked.contract_rank = 1 then ranked.contract_until_on end) as contract_until_on,
        max(case when ranked.contract_rank = 1 then ranked.cells_file_hash end) as contract_file_hash,
        max(case when ranked.contract_rank = 1 then ranked.cells_sheet end) as contract_sheet,
        max(case when ranked.contract_rank = 1 then ranked.cells_row_number end) as contract_row_number
    from ranked
    inner join listed
        on
            ranked.person_id = listed.person_id
            and ranked.agency_id = listed.agency_id
            and ranked.drop_number = listed.drop_number
            and listed.place_from_latest = 1
    group by ranked.person_id, ranked.agency_id

),

latest_of_level_1 as (

    select
        person_id,
        agency_id,
        level_1_registration_until_on
    from listed
    where
        is_level_1 = 1
        and place_from_latest_of_level = 1

),

islands as (

    select
        person_id,
        agency_id,
        island,
        max(drop_tier) as identity_tier,
        min(drop_number) as first_drop_number,
        max(drop_number) as last_drop_number,
        min(received_on) as first_listed_on,
        max(received_on) as last_listed_on,
        -- level 1 from the first list that shows it until the first that no longer does
        min(case when is_level_1 = 1 then drop_number end) as first_level_1_drop_number,
        min(case when is_level_1 = 1 then received_on end) as first_level_1_listed_on,
        max(case when is_level_1 = 1 then coalesce(next_received_on, {{ open_end() }}) end) as level_1_absent_on,
        cast(count(*) as integer) as listing_count
    from listed
    group by person_id, agency_id, island

),

-- a file of the drop in which the person is gone
absences as (

    select
        received_on,
        min(file_hash) as file_hash
    from loads
    where
        source = 'registry'
        and dataset = 'personnel'
        and status = 'loaded'
    group by received_on

),

ends as (

    select
        islands.*,
        first_row.contract_from_on,
        case
            when islands.first_drop_number = 1 then coalesce(first_row.contract_from_on, islands.first_listed_on)
            else islands.first_listed_on
        end as from_on,
        case
            when islands.first_drop_number = 1 and first_row.contract_from_on is not null then 'contract'
            else 'first_drop'
        end as from_evidence,
        first_row.file_hash as from_file_hash,
        first_row.sheet as from_sheet,
        first_row.row_number as from_row_number,
        last_row.next_received_on as absent_on,
        {{ add_days('latest.contract_until_on', 1) }} as contract_end_on,
        {{ add_days('latest.registration_until_on', 1) }} as registration_end_on,
        {{ add_days('latest_of_level_1.level_1_registration_until_on', 1) }} as level_1_end_on,
        absences.file_hash as absent_file_hash,
        latest.registration_file_hash,
        latest.registration_sheet,
        latest.registration_row_number,
        latest.contract_file_hash,
        latest.contract_sheet,
        latest.contract_row_number,
        last_row.level_code,
        last_row.registration_no,
        last_row.person_key
    from islands
    inner join listed as first_row
        on
            islands.person_id = first_row.person_id
            and islands.agency_id = first_row.agency_id
            and islands.first_drop_number = first_row.drop_number
    inner join listed as last_row
        on
            islands.person_id = last_row.person_id
            and islands.agency_id = last_row.agency_id
            and islands.last_drop_number = last_row.drop_number
    inner join latest
        on
            islands.person_id = latest.person_id
            and islands.agency_id = latest.agency_id
    left join latest_of_level_1
        on
            islands.person_id = latest_of_level_1.person_id
            and islands.agency_id = latest_of_level_1.agency_id
    left join absences
        on last_row.next_received_on = absences.received_on

),

bounded as (

    select
        *,
        least(
            coalesce(absent_on, {{ open_end() }}),
            coalesce(contract_end_on, {{ open_end() }}),
            coalesce(registration_end_on, {{ open_end() }})
        ) as end_on,
        case
            when first_level_1_drop_number = first_drop_number then from_on
            else first_level_1_listed_on
        end as level_1_from_on
    from ends

),

-- empty where the certificate of level 1 ended before it was listed
graded as (

    select
        *,
        case
            when level_1_from_on is not null
                then least(end_on, level_1_absent_on, coalesce(level_1_end_on, {{ open_end() }}))
        end as level_1_until_on
    from bounded

),

final as (

    select
        {{ surrogate_key(['person_id', 'agency_id', 'from_on']) }} as spell_id,
        person_id,
        agency_id,
        identity_tier,
        from_on,
        nullif(end_on, {{ open_end() }}) as until_on,
        from_evidence,
        from_file_hash,
        from_sheet,
        from_row_number,
        case
            when end_on = {{ open_end() }} then 'still_listed'
            when end_on = absent_on then 'absent_from_drop'
            when end_on = contract_end_on then 'contract'
            else 'registration'
        end as until_evidence,
        case
            when end_on = absent_on then absent_file_hash
            when end_on = contract_end_on then contract_file_hash
            else registration_file_hash
        end as until_file_hash,
        case
            when end_on = absent_on then null
            when end_on = contract_end_on then contract_sheet
            else registration_sheet
        end as until_sheet,
        case
            when end_on = absent_on then null
            when end_on = contract_end_on then contract_row_number
            else registration_row_number
        end as until_row_number,
        contract_from_on,
        first_drop_number,
        last_drop_number,
        first_listed_on,
        last_listed_on,
        listing_count,
        person_key,
        level_code,
        case when level_1_from_on < level_1_until_on then level_1_from_on end as level_1_from_on,
        case when level_1_from_on < level_1_until_on then nullif(level_1_until_on, {{ open_end() }}) end
            as level_1_until_on,
        registration_no
    from graded
    where end_on > from_on

)

select * from final
