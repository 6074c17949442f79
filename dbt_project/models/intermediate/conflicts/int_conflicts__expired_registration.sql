-- Work after the latest day on which the registration is known to be valid (the last day is valid). Work on a day when
-- the list still showed an old date, renewed since, is a renewal that was listed late.
with

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

worked as (

    select * from {{ ref('int_people_worked') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

registrations as (

    select
        people.person_id,
        people.identity_tier,
        listings.registration_no,
        listings.registration_until_on,
        listings.agency_id,
        listings.received_on,
        listings.next_received_on,
        listings.file_hash,
        listings.sheet,
        listings.row_number
    from listings
    inner join people
        on listings.reference_id = people.reference_id
    where listings.registration_until_on is not null

),

numbers as (

    select
        registration_no,
        max(registration_until_on) as valid_until_on
    from registrations
    where registration_no is not null
    group by registration_no

),

holders as (

    select
        person_id,
        max(identity_tier) as identity_tier,
        max(registration_until_on) as valid_until_on,
        min(received_on) as first_received_on,
        count(*) as listing_count
    from registrations
    group by person_id

),

-- the last valid day according to the lists known on the day of work
shown as (

    select
        person_id,
        received_on,
        max(registration_until_on) as shown_until_on,
        max(coalesce(next_received_on, {{ open_end() }})) as next_received_on
    from registrations
    group by person_id, received_on

),

late as (

    select
        worked.person_id,
        greatest(worked.identity_tier, holders.identity_tier) as identity_tier,
        worked.agency_id,
        worked.worked_on,
        worked.source_key,
        worked.dataset,
        worked.file_hash,
        worked.sheet,
        worked.row_number,
        worked.first_received_on,
        worked.received_on,
        holders.first_received_on as first_listed_on,
        holders.listing_count,
        worked.worked_on <= greatest(holders.valid_until_on, coalesce(numbers.valid_until_on, holders.valid_until_on))
            as is_renewed
    from worked
    cross join parameters
    inner join holders
        on worked.person_id = holders.person_id
    left join numbers
        on worked.registration_no = numbers.registration_no
    left join shown
        on
            worked.person_id = shown.person_id
            and worked.worked_on >= shown.received_on
            and worked.worked_on < shown.next_received_on
    where
        worked.agency_id is not null
        and worked.worked_on <= parameters.as_of_on
        and worked.worked_on > coalesce(
            shown.shown_until_on,
            greatest(holders.valid_until_on, coalesce(numbers.valid_until_on, holders.valid_until_on))
        )

),

ranked as (

    select
        *,
        max(case when is_renewed then 0 else 1 end) over (partition by person_id, agency_id) as has_expired,
        row_number() over (
            partition by person_id, agency_id, is_renewed
            order by worked_on, dataset, source_key, row_number
        ) as row_rank
    from late

),

grouped as (

    select
        person_id,
        agency_id,
        max(identity_tier) as identity_tier,
        max(has_expired) as has_expired,
        min(worked_on) as overlap_from_on,
        {{ add_days('max(worked_on)', 1) }} as overlap_until_on,
        min(first_listed_on) as first_listed_on,
        max(listing_count) as listing_count,
        greatest(min(first_received_on), min(first_listed_on)) as first_seen_on,
        max(received_on) as last_seen_on,
        max(case when row_rank = 1 then file_hash end) as file_hash,
        max(case when row_rank = 1 then sheet end) as sheet,
        max(case when row_rank = 1 then row_number end) as row_number
    from ranked
    where has_expired = case when is_renewed then 0 else 1 end
    group by person_id, agency_id

),

explained as (

    select
        *,
        case when has_expired = 0 then 'renewal_lag' end as explained_by
    from grouped

),

final as (

    select
        {{ detected_columns(
            'expired_registration', 'person_id', 'identity_tier', 'overlap_from_on', 'overlap_until_on', 'explained_by',
            'first_seen_on', 'last_seen_on',
            employer_a_id='agency_id',
            employer_a_from_on='overlap_from_on',
            employer_a_until_on='overlap_until_on',
            employer_a_evidence="'first work after expiry, ' || " ~ file_place('file_hash', 'sheet', 'row_number'),
            personnel_count='listing_count',
            personnel_seen_on='first_listed_on'
        ) }}
    from explained

)

select * from final
