-- Same name, agreeing masks, different certificates at two agencies: perhaps one person, perhaps two of one name. Only
-- people decide; their decision names pair_id, which is also the id of the conflict.
with

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_referenced') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

-- one row per person, agency, name, mask and certificates
holders as (

    select
        people.base_person_id,
        max(people.identity_tier) as identity_tier,
        listings.agency_id,
        listings.person_name_key,
        listings.person_mask,
        listings.person_id_status,
        listings.qualification_no,
        listings.registration_no,
        count(*) as listing_count,
        min(listings.received_on) as first_listed_on,
        max(listings.received_on) as last_listed_on,
        max(coalesce(listings.next_received_on, {{ open_end() }})) as until_on
    from listings
    inner join people
        on listings.reference_id = people.reference_id
    where listings.person_id_status in ('full', 'masked')
    group by
        people.base_person_id,
        listings.agency_id,
        listings.person_name_key,
        listings.person_mask,
        listings.person_id_status,
        listings.qualification_no,
        listings.registration_no

),

pairs as (

    select
        this.base_person_id as person_id,
        other.base_person_id as other_person_id,
        greatest(this.identity_tier, other.identity_tier) as identity_tier,
        this.agency_id as employer_a_id,
        other.agency_id as employer_b_id,
        this.first_listed_on as employer_a_from_on,
        nullif(this.until_on, {{ open_end() }}) as employer_a_until_on,
        other.first_listed_on as employer_b_from_on,
        nullif(other.until_on, {{ open_end() }}) as employer_b_until_on,
        greatest(this.first_listed_on, other.first_listed_on) as overlap_from_on,
        -- two people never listed together are one hit, on the day that shows the second
        nullif(
            greatest(
                least(this.until_on, other.until_on),
                {{ add_days('greatest(this.first_listed_on, other.first_listed_on)', 1) }}
            ),
            {{ open_end() }}
        ) as overlap_until_on,
        greatest(this.first_listed_on, other.first_listed_on) as first_seen_on,
        greatest(this.last_listed_on, other.last_listed_on) as last_seen_on,
        this.listing_count + other.listing_count as personnel_count,
        row_number() over (
            partition by this.base_person_id, other.base_person_id
            order by
                greatest(this.first_listed_on, other.first_listed_on),
                this.agency_id,
                other.agency_id,
                this.person_mask,
                other.person_mask,
                this.qualification_no,
                other.qualification_no,
                this.registration_no,
                other.registration_no
        ) as row_rank
    from holders as this
    inner join holders as other
        on this.person_name_key = other.person_name_key
    where
        this.base_person_id < other.base_person_id
        and this.agency_id <> other.agency_id
        and coalesce(
            this.qualification_no <> other.qualification_no, this.registration_no <> other.registration_no, false
        )
        and (this.person_id_status = 'masked' or other.person_id_status = 'masked')
        and {{ masks_agree('this.person_mask', 'other.person_mask') }}

),

final as (

    select
        pairs.person_id,
        pairs.other_person_id,
        pairs.identity_tier,
        pairs.employer_a_id,
        pairs.employer_b_id,
        pairs.employer_a_from_on,
        pairs.employer_a_until_on,
        pairs.employer_b_from_on,
        pairs.employer_b_until_on,
        pairs.overlap_from_on,
        pairs.overlap_until_on,
        pairs.first_seen_on,
        pairs.last_seen_on,
        cast(pairs.personnel_count as integer) as personnel_count,
        {{ conflict_id(
            "'identity_unresolved'", "pairs.person_id || '+' || pairs.other_person_id", 'pairs.employer_a_id',
            'pairs.employer_b_id', 'pairs.overlap_from_on'
        ) }} as pair_id
    from pairs
    cross join parameters
    where
        pairs.row_rank = 1
        and pairs.overlap_from_on <= parameters.as_of_on

)

select * from final
