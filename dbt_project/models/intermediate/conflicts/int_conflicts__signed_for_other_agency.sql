-- Signs or leads a report of an agency that does not list the person, while registered at another one. A person whom
-- the agency lists before or after the report's day, or since a labour contract shown later, counts as its own.
with

worked as (

    select * from {{ ref('int_people_worked') }}

),

spells as (

    select * from {{ ref('int_person_spells') }}

),

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

agency_names as (

    select * from {{ ref('int_agency_names') }}

),

same_agencies as (

    select * from {{ ref('int_employers_paired') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}
    where
        source = 'registry'
        and dataset = 'personnel'

),

signed as (

    select
        worked.person_id,
        greatest(worked.identity_tier, spells.identity_tier) as identity_tier,
        worked.agency_id as signed_for_id,
        worked.agency_name as written_name,
        worked.worked_on,
        worked.source_key,
        worked.first_received_on,
        worked.received_on,
        worked.file_hash,
        worked.sheet,
        worked.row_number,
        spells.spell_id,
        spells.agency_id as registered_at_id,
        spells.first_listed_on,
        spells.listing_count,
        drops.drop_number as drop_before
    from worked
    cross join parameters
    inner join spells
        on
            worked.person_id = spells.person_id
            and worked.agency_id <> spells.agency_id
            and worked.worked_on >= spells.from_on
            and worked.worked_on < coalesce(spells.until_on, {{ open_end() }})
    left join drops
        on
            worked.worked_on >= drops.received_on
            and worked.worked_on < coalesce(drops.next_received_on, {{ open_end() }})
    where
        worked.dataset = 'reports'
        and worked.worked_on <= parameters.as_of_on

),

own_spells as (

    select
        signed.person_id,
        signed.signed_for_id,
        signed.worked_on,
        max(
            case
                when
                    signed.worked_on >= least(spells.from_on, coalesce(spells.contract_from_on, spells.from_on))
                    and signed.worked_on < coalesce(spells.until_on, {{ open_end() }})
                    then 1
                else 0
            end
        ) = 1 as is_own_since_contract,
        max(
            case
                when
                    signed.worked_on >= spells.from_on
                    and signed.worked_on < coalesce(spells.until_on, {{ open_end() }})
                    then 1
                else 0
            end
        ) = 1 as is_own,
        max(
            case
                when
                    signed.worked_on >= {{ add_days('spells.from_on', '-parameters.signing_tolerance_days') }}
                    and (
                        spells.until_on is null
                        or signed.worked_on < {{ add_days('spells.until_on', 'parameters.signing_tolerance_days') }}
                    )
                    then 1
                else 0
            end
        ) = 1 as is_near
    from signed
    cross join parameters
    inner join spells
        on
            signed.person_id = spells.person_id
            and signed.signed_for_id = spells.agency_id
    group by signed.person_id, signed.signed_for_id, signed.worked_on

),

listed_near as (

    select distinct
        signed.person_id,
        signed.signed_for_id,
        signed.worked_on
    from signed
    inner join people
        on signed.person_id = people.person_id
    inner join listings
        on
            people.reference_id = listings.reference_id
            and signed.signed_for_id = listings.agency_id
            and listings.drop_number between coalesce(signed.drop_before, 0) and coalesce(signed.drop_before, 0) + 1

),

explained as (

    select
        signed.*,
        case
            when same_agencies.employer_a_id is not null then 'branch'
            when agency_names.agency_id is not null then 'renamed'
            when own_spells.is_near then 'within_7_days'
        end as explained_by
    from signed
    left join own_spells
        on
            signed.person_id = own_spells.person_id
            and signed.signed_for_id = own_spells.signed_for_id
            and signed.worked_on = own_spells.worked_on
    left join listed_near
        on
            signed.person_id = listed_near.person_id
            and signed.signed_for_id = listed_near.signed_for_id
            and signed.worked_on = listed_near.worked_on
    left join agency_names
        on
            signed.registered_at_id = agency_names.agency_id
            and signed.written_name = agency_names.agency_name
    left join same_agencies
        on
            least(signed.registered_at_id, signed.signed_for_id) = same_agencies.employer_a_id
            and greatest(signed.registered_at_id, signed.signed_for_id) = same_agencies.employer_b_id
    where
        not coalesce(own_spells.is_own, false)
        and (
            coalesce(own_spells.is_near, false)
            or not (coalesce(own_spells.is_own_since_contract, false) or listed_near.person_id is not null)
        )

),

-- one row per person, two agencies and spell; a report without an explanation decides for all
ranked as (

    select
        *,
        max(case when explained_by is null then 1 else 0 end) over (
            partition by person_id, signed_for_id, spell_id
        ) as has_unexplained,
        row_number() over (
            partition by person_id, signed_for_id, spell_id, case when explained_by is null then 1 else 0 end
            order by worked_on, source_key
        ) as row_rank
    from explained

),

pairs as (

    select
        person_id,
        registered_at_id,
        signed_for_id,
        spell_id,
        max(identity_tier) as identity_tier,
        max(case when row_rank = 1 then explained_by end) as explained_by,
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
    where has_unexplained = case when explained_by is null then 1 else 0 end
    group by person_id, registered_at_id, signed_for_id, spell_id

),

final as (

    select
        {{ detected_columns(
            'signed_for_other_agency', 'person_id', 'identity_tier', 'overlap_from_on', 'overlap_until_on',
            'explained_by', 'first_seen_on', 'last_seen_on',
            employer_a_id='registered_at_id',
            employer_b_id='signed_for_id',
            spell_a_id='spell_id',
            employer_b_from_on='overlap_from_on',
            employer_b_until_on='overlap_until_on',
            employer_b_evidence="'platform/reports, first report ' || " ~ file_place('file_hash', 'sheet', 'row_number'),
            personnel_count='listing_count',
            personnel_seen_on='first_listed_on'
        ) }}
    from pairs

)

select * from final
