-- Who was an engineer of which agency from when until when: islands over the personnel drops, narrowed by the labour
-- contract and the registration of the person's latest row at that agency. Each end says what set it. Who holds two
-- certificates there counts once: with the higher level, and to the later end.
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
                coalesce(listings.registration_until_on, date '9999-12-31') desc,
                listings.file_name desc,
                listings.file_hash desc,
                listings.file_position desc
        ) as place_in_drop,
        max(people.identity_tier) over person_drop as drop_tier,
        nullif(max(coalesce(listings.registration_until_on, date '9999-12-31')) over person_drop, date '9999-12-31')
            as drop_registration_until_on,
        nullif(max(coalesce(listings.contract_until_on, date '9999-12-31')) over person_drop, date '9999-12-31')
            as drop_contract_until_on
    from listings
    inner join people
        on listings.reference_id = people.reference_id
    window person_drop as (partition by people.person_id, listings.agency_id, listings.drop_number)

),

listed as (

    select
        *,
        drop_number - row_number() over (partition by person_id, agency_id order by drop_number) as island,
        row_number() over (partition by person_id, agency_id order by drop_number desc) as place_from_latest
    from ranked
    where place_in_drop = 1

),

latest as (

    select * from listed
    where place_from_latest = 1

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
        count(*) as listing_count
    from listed
    group by person_id, agency_id, island

),

-- a file of the drop that shows the person gone
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
        {{ add_days('latest.drop_contract_until_on', 1) }} as contract_end_on,
        {{ add_days('latest.drop_registration_until_on', 1) }} as registration_end_on,
        absences.file_hash as absent_file_hash,
        latest.file_hash as latest_file_hash,
        latest.sheet as latest_sheet,
        latest.row_number as latest_row_number,
        last_row.person_name,
        last_row.level_code,
        last_row.registration_no,
        last_row.drop_registration_until_on as registration_until_on,
        last_row.person_key,
        last_row.person_mask,
        last_row.file_hash as last_file_hash,
        last_row.sheet as last_sheet,
        last_row.row_number as last_row_number
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
    left join absences
        on last_row.next_received_on = absences.received_on

),

bounded as (

    select
        *,
        least(
            coalesce(absent_on, date '9999-12-31'),
            coalesce(contract_end_on, date '9999-12-31'),
            coalesce(registration_end_on, date '9999-12-31')
        ) as end_on
    from ends

),

final as (

    select
        {{ surrogate_key(['person_id', 'agency_id', 'from_on']) }} as spell_id,
        person_id,
        agency_id,
        identity_tier,
        from_on,
        nullif(end_on, date '9999-12-31') as until_on,
        from_evidence,
        from_file_hash,
        from_sheet,
        from_row_number,
        case
            when end_on = date '9999-12-31' then 'still_listed'
            when end_on = absent_on then 'absent_from_drop'
            when end_on = contract_end_on then 'contract'
            else 'registration'
        end as until_evidence,
        case when end_on = absent_on then absent_file_hash else latest_file_hash end as until_file_hash,
        case when coalesce(end_on = absent_on, false) then null else latest_sheet end as until_sheet,
        case when coalesce(end_on = absent_on, false) then null else latest_row_number end as until_row_number,
        contract_from_on,
        first_drop_number,
        last_drop_number,
        first_listed_on,
        last_listed_on,
        listing_count,
        person_name,
        person_key,
        person_mask,
        level_code,
        registration_no,
        registration_until_on
    from bounded
    where end_on > from_on

)

select * from final
