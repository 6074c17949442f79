-- One registration number with two holders: two persons, each under the name that most rows give, or one person under
-- two names. A difference of one character is a typo.
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

shown as (

    select
        listings.registration_no,
        people.person_id,
        people.identity_tier,
        listings.person_name_key,
        listings.person_mask,
        listings.person_id_status,
        listings.agency_id,
        listings.received_on as shown_on,
        listings.next_received_on as until_on,
        listings.received_on,
        1 as listing_count,
        listings.file_hash,
        listings.sheet,
        listings.row_number
    from listings
    inner join people
        on listings.reference_id = people.reference_id
    where listings.registration_no is not null
    union all
    select
        registration_no,
        person_id,
        identity_tier,
        {{ person_name_key('person_name') }} as person_name_key,
        cast(null as {{ dbt.type_string() }}) as person_mask,
        cast(null as {{ dbt.type_string() }}) as person_id_status,
        agency_id,
        worked_on as shown_on,
        {{ add_days('worked_on', 1) }} as until_on,
        first_received_on as received_on,
        0 as listing_count,
        file_hash,
        sheet,
        row_number
    from worked
    where
        registration_no is not null
        and person_name is not null

),

ranked_rows as (

    select
        *,
        row_number() over (
            partition by registration_no, person_id, person_name_key
            order by shown_on, agency_id, file_hash, sheet, row_number
        ) as row_rank
    from shown

),

spellings as (

    select
        registration_no,
        person_id,
        person_name_key,
        count(*) as row_count,
        max(identity_tier) as identity_tier,
        max(person_mask) as person_mask,
        max(case when person_id_status = 'invalid' then 1 else 0 end) as is_invalid,
        max(case when row_rank = 1 then agency_id end) as agency_id,
        min(shown_on) as from_on,
        max(coalesce(until_on, {{ open_end() }})) as end_on,
        min(received_on) as first_received_on,
        max(received_on) as last_received_on,
        sum(listing_count) as listing_count,
        max(case when row_rank = 1 then file_hash end) as file_hash,
        max(case when row_rank = 1 then sheet end) as sheet,
        max(case when row_rank = 1 then row_number end) as row_number
    from ranked_rows
    group by registration_no, person_id, person_name_key

),

ranked as (

    select
        *,
        row_number() over (
            partition by registration_no, person_id
            order by row_count desc, from_on asc, person_name_key asc
        ) as name_rank,
        row_number() over (
            partition by registration_no, person_id
            order by from_on, agency_id, file_hash, sheet, row_number, person_name_key
        ) as first_rank
    from spellings

),

holders as (

    select
        registration_no,
        person_id,
        max(case when name_rank = 1 then person_name_key end) as person_name_key,
        true as is_person,
        max(identity_tier) as identity_tier,
        max(person_mask) as person_mask,
        max(is_invalid) as is_invalid,
        max(case when first_rank = 1 then agency_id end) as agency_id,
        min(from_on) as from_on,
        max(end_on) as end_on,
        min(first_received_on) as first_received_on,
        max(last_received_on) as last_received_on,
        sum(listing_count) as listing_count,
        max(case when first_rank = 1 then file_hash end) as file_hash,
        max(case when first_rank = 1 then sheet end) as sheet,
        max(case when first_rank = 1 then row_number end) as row_number
    from ranked
    group by registration_no, person_id
    union all
    select
        registration_no,
        person_id,
        person_name_key,
        false as is_person,
        identity_tier,
        person_mask,
        is_invalid,
        agency_id,
        from_on,
        end_on,
        first_received_on,
        last_received_on,
        listing_count,
        file_hash,
        sheet,
        row_number
    from spellings

),

pairs as (

    select
        this.registration_no,
        this.person_id,
        nullif(other.person_id, this.person_id) as other_person_id,
        this.registration_no || '+' || this.person_id || '+' || other.person_id
        || case when this.is_person then '' else '+' || this.person_name_key || '+' || other.person_name_key end
            as subject_key,
        greatest(this.identity_tier, other.identity_tier) as identity_tier,
        this.agency_id as employer_a_id,
        other.agency_id as employer_b_id,
        this.from_on as employer_a_from_on,
        nullif(this.end_on, {{ open_end() }}) as employer_a_until_on,
        other.from_on as employer_b_from_on,
        nullif(other.end_on, {{ open_end() }}) as employer_b_until_on,
        this.person_name_key || ', ' || {{ file_place('this.file_hash', 'this.sheet', 'this.row_number') }} as employer_a_evidence,
        other.person_name_key || ', ' || {{ file_place('other.file_hash', 'other.sheet', 'other.row_number') }} as employer_b_evidence,
        greatest(this.from_on, other.from_on) as overlap_from_on,
        nullif(
            greatest(
                least(this.end_on, other.end_on), {{ add_days('greatest(this.from_on, other.from_on)', 1) }}
            ),
            {{ open_end() }}
        ) as overlap_until_on,
        case
            when {{ differ_in_one_character('this.person_name_key', 'other.person_name_key') }} then 'typo'
            when
                this.person_id <> other.person_id
                and this.is_invalid + other.is_invalid > 0
                and (
                    this.person_mask = other.person_mask
                    or {{ differ_in_one_character('this.person_mask', 'other.person_mask') }}
                )
                then 'typo'
        end as explained_by,
        greatest(this.first_received_on, other.first_received_on) as first_seen_on,
        greatest(this.last_received_on, other.last_received_on) as last_seen_on,
        cast(this.listing_count + other.listing_count as integer) as listing_count
    from holders as this
    cross join parameters
    inner join holders as other
        on
            this.registration_no = other.registration_no
            and this.is_person = other.is_person
    where
        (
            (this.is_person and this.person_id < other.person_id)
            or (
                not this.is_person
                and this.person_id = other.person_id
                and this.person_name_key < other.person_name_key
            )
        )
        and greatest(this.from_on, other.from_on) <= parameters.as_of_on

),

final as (

    select
        {{ detected_columns(
            'certificate_shared', 'person_id', 'other_person_id', 'identity_tier', 'employer_a_id', 'employer_b_id',
            'employer_a_from_on', 'employer_a_until_on', 'employer_a_evidence', 'employer_b_from_on',
            'employer_b_until_on', 'employer_b_evidence', 'overlap_from_on', 'overlap_until_on', 'explained_by',
            'first_seen_on', 'last_seen_on',
            subject='subject_key',
            subject_code='registration_no',
            personnel_count='listing_count',
            personnel_seen_on='first_seen_on'
        ) }}
    from pairs

)

select * from final
