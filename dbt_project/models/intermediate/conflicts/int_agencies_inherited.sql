-- Pairs of agencies: the later one has most of the earlier one's engineers, its legal representative or its address;
-- with the drops that show it. Whether the earlier one left is known to the directory: see
-- int_conflicts__shell_successor.
with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

first_listed as (

    select
        agency_id,
        min(received_on) as first_listed_on,
        max(received_on) as last_listed_on
    from agency_drops
    group by agency_id

),

listed_people as (

    select
        people.person_id,
        listings.agency_id,
        listings.drop_number,
        listings.received_on
    from listings
    inner join people
        on listings.reference_id = people.reference_id

),

last_drops as (

    select
        agency_id,
        max(drop_number) as drop_number
    from listed_people
    group by agency_id

),

last_engineers as (

    select distinct
        listed_people.agency_id,
        listed_people.person_id
    from listed_people
    inner join last_drops
        on
            listed_people.agency_id = last_drops.agency_id
            and listed_people.drop_number = last_drops.drop_number

),

engineer_counts as (

    select
        agency_id,
        count(*) as engineer_count
    from last_engineers
    group by agency_id

),

first_at as (

    select
        person_id,
        agency_id,
        min(received_on) as first_received_on
    from listed_people
    group by person_id, agency_id

),

ranked_engineers as (

    select
        last_engineers.agency_id as old_id,
        first_at.agency_id as new_id,
        first_at.first_received_on,
        engineer_counts.engineer_count,
        row_number() over (
            partition by last_engineers.agency_id, first_at.agency_id
            order by first_at.first_received_on, first_at.person_id
        ) as row_rank
    from last_engineers
    inner join engineer_counts
        on last_engineers.agency_id = engineer_counts.agency_id
    inner join first_at
        on last_engineers.person_id = first_at.person_id
    inner join first_listed as old_agency
        on last_engineers.agency_id = old_agency.agency_id
    inner join first_listed as new_agency
        on
            first_at.agency_id = new_agency.agency_id
            and old_agency.first_listed_on < new_agency.first_listed_on

),

-- dated by the drop in which the ratio is reached
inherited_engineers as (

    select
        ranked_engineers.old_id,
        ranked_engineers.new_id,
        max(ranked_engineers.row_rank) as inherited_count,
        max(ranked_engineers.engineer_count) as engineer_count,
        min(ranked_engineers.first_received_on) as shown_on
    from ranked_engineers
    cross join parameters
    where ranked_engineers.row_rank >= parameters.successor_ratio * ranked_engineers.engineer_count
    group by ranked_engineers.old_id, ranked_engineers.new_id

),

traits as (

    select
        agency_id,
        'legal_representative' as trait_code,
        legal_representative as trait,
        min(received_on) as shown_on
    from agency_drops
    where legal_representative is not null
    group by agency_id, legal_representative
    union all
    select
        agency_id,
        'address' as trait_code,
        registered_address as trait,
        min(received_on) as shown_on
    from agency_drops
    where registered_address is not null
    group by agency_id, registered_address

),

inherited_traits as (

    select
        old_traits.agency_id as old_id,
        new_traits.agency_id as new_id,
        max(case when old_traits.trait_code = 'legal_representative' then 1 else 0 end) as has_representative,
        max(case when old_traits.trait_code = 'address' then 1 else 0 end) as has_address,
        min(greatest(old_traits.shown_on, new_traits.shown_on)) as shown_on
    from traits as old_traits
    inner join traits as new_traits
        on
            old_traits.trait_code = new_traits.trait_code
            and old_traits.trait = new_traits.trait
            and old_traits.agency_id <> new_traits.agency_id
    inner join first_listed as old_agency
        on old_traits.agency_id = old_agency.agency_id
    inner join first_listed as new_agency
        on
            new_traits.agency_id = new_agency.agency_id
            and old_agency.first_listed_on < new_agency.first_listed_on
    group by old_traits.agency_id, new_traits.agency_id

),

inherited as (

    select
        old_id,
        new_id,
        inherited_count,
        engineer_count,
        0 as has_representative,
        0 as has_address,
        shown_on
    from inherited_engineers
    union all
    select
        old_id,
        new_id,
        0 as inherited_count,
        0 as engineer_count,
        has_representative,
        has_address,
        shown_on
    from inherited_traits

),

pairs as (

    select
        old_id,
        new_id,
        max(inherited_count) as inherited_count,
        max(engineer_count) as engineer_count,
        max(has_representative) as has_representative,
        max(has_address) as has_address,
        min(shown_on) as shown_on,
        max(shown_on) as last_dataset_joined_on
    from inherited
    group by old_id, new_id

),

final as (

    select
        pairs.old_id,
        pairs.new_id,
        old_agency.first_listed_on as old_first_listed_on,
        new_agency.first_listed_on as new_first_listed_on,
        new_agency.last_listed_on as new_last_listed_on,
        cast(pairs.inherited_count as integer) as inherited_count,
        cast(pairs.engineer_count as integer) as engineer_count,
        pairs.has_representative,
        pairs.has_address,
        pairs.shown_on,
        pairs.last_dataset_joined_on
    from pairs
    inner join first_listed as old_agency
        on pairs.old_id = old_agency.agency_id
    inner join first_listed as new_agency
        on pairs.new_id = new_agency.agency_id

)

select * from final
