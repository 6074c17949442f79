-- Agencies that came later and have most of another agency's engineers, its legal representative or its address. Only
-- the mart knows grades: it keeps the pairs whose successor was first listed after the other's worst grade or exit.
with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

directory_status as (

    select * from {{ ref('int_directory_status') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

listings as (

    select * from {{ ref('int_engineer_listings') }}

),

people as (

    select * from {{ ref('int_people_identified') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

acquisitions as (

    select * from {{ ref('int_employers_paired') }}

),

detectors as (

    select * from {{ ref('detectors') }}

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
        ) as place
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

-- shown by the drop in which the ratio is reached
inherited_engineers as (

    select
        ranked_engineers.old_id,
        ranked_engineers.new_id,
        max(ranked_engineers.place) as inherited_count,
        max(ranked_engineers.engineer_count) as engineer_count,
        min(ranked_engineers.first_received_on) as shown_on
    from ranked_engineers
    cross join parameters
    where ranked_engineers.place >= parameters.successor_ratio * ranked_engineers.engineer_count
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

identified as (

    select
        pairs.*,
        old_agency.agency_name as old_name,
        new_agency.agency_name as new_name,
        old_listed.first_listed_on as old_first_listed_on,
        new_listed.first_listed_on as new_first_listed_on,
        new_listed.last_listed_on as new_last_listed_on,
        directory_status.exited_on as old_exited_on,
        acquisitions.employer_a_id is not null as is_acquired,
        {{ conflict_id("'shell_successor'", "'agency'", 'pairs.old_id', 'pairs.new_id', 'new_listed.first_listed_on') }}
            as conflict_id
    from pairs
    inner join first_listed as old_listed
        on pairs.old_id = old_listed.agency_id
    inner join first_listed as new_listed
        on pairs.new_id = new_listed.agency_id
    inner join agencies as old_agency
        on pairs.old_id = old_agency.agency_id
    inner join agencies as new_agency
        on pairs.new_id = new_agency.agency_id
    left join directory_status
        on pairs.old_id = directory_status.agency_id
    left join acquisitions
        on
            least(pairs.old_id, pairs.new_id) = acquisitions.employer_a_id
            and greatest(pairs.old_id, pairs.new_id) = acquisitions.employer_b_id

),

applied as (

    select
        object_id,
        decision_id,
        decision_code,
        decided_on,
        row_number() over (
            partition by object_id
            order by decided_on desc, decision_id desc
        ) as place
    from decisions
    where
        object_type = 'conflict'
        and decision_code in ('confirmed', 'cleared')

),

final as (

    select
        identified.conflict_id,
        'shell_successor' as conflict_kind,
        detectors.severity,
        detectors.base_confidence,
        cast(1 as decimal(5, 4)) as tier_factor,
        cast(
            case
                when identified.inherited_count > 0 and identified.has_representative + identified.has_address > 0
                    then parameters.many_dataset_factor
                else parameters.one_dataset_factor
            end as decimal(5, 4)
        ) as evidence_factor,
        cast(
            detectors.base_confidence * case
                when identified.inherited_count > 0 and identified.has_representative + identified.has_address > 0
                    then parameters.many_dataset_factor
                else parameters.one_dataset_factor
            end as decimal(5, 4)
        ) as confidence,
        cast(null as {{ dbt.type_string() }}) as identity_tier,
        cast(null as {{ dbt.type_string() }}) as person_key,
        cast(null as {{ dbt.type_string() }}) as engineer_name,
        cast(null as {{ dbt.type_string() }}) as engineer_level,
        cast(null as {{ dbt.type_string() }}) as registration_no,
        identified.old_id as employer_a_id,
        identified.old_name as employer_a_name,
        'agency' as employer_a_kind,
        identified.old_first_listed_on as employer_a_from_on,
        identified.old_exited_on as employer_a_until_on,
        'registry/agencies, first listed ' || cast(identified.old_first_listed_on as {{ dbt.type_string() }})
            as employer_a_evidence,
        identified.new_id as employer_b_id,
        identified.new_name as employer_b_name,
        'agency' as employer_b_kind,
        identified.new_first_listed_on as employer_b_from_on,
        cast(null as date) as employer_b_until_on,
        'registry/agencies, first listed ' || cast(identified.new_first_listed_on as {{ dbt.type_string() }})
        || case
            when identified.inherited_count > 0
                then
                    '; engineers ' || cast(identified.inherited_count as {{ dbt.type_string() }})
                    || ' of ' || cast(identified.engineer_count as {{ dbt.type_string() }})
            else ''
        end
        || case when identified.has_representative = 1 then '; same legal representative' else '' end
        || case when identified.has_address = 1 then '; same address' else '' end as employer_b_evidence,
        identified.new_first_listed_on as overlap_from_on,
        cast(null as date) as overlap_until_on,
        {{ days_between('identified.new_first_listed_on', 'parameters.as_of_on') }} as overlap_days,
        case when identified.is_acquired then 'acquisition' end as explained_by,
        {{ explanations_tested('detectors.explanations', "case when identified.is_acquired then 'acquisition' end") }}
            as explanations_tested,
        case
            when applied.decision_code = 'confirmed' then 'confirmed'
            when applied.decision_code = 'cleared' and identified.last_dataset_joined_on > applied.decided_on then 'open'
            when applied.decision_code = 'cleared' then 'cleared'
            when identified.is_acquired then 'explained'
            else 'open'
        end as status,
        coalesce(applied.decision_code = 'cleared' and identified.last_dataset_joined_on > applied.decided_on, false) as is_reopened,
        applied.decision_id,
        applied.decision_code,
        applied.decided_on,
        {{ add_days('identified.shown_on', 'detectors.review_days') }} as due_on,
        identified.shown_on as first_seen_on,
        identified.new_last_listed_on as last_seen_on,
        case
            when identified.inherited_count > 0 and identified.has_representative + identified.has_address > 0 then 2
            else 1
        end as evidence_dataset_count,
        cast(identified.inherited_count as integer) as personnel_evidence_count,
        0 as insurance_evidence_count,
        0 as report_evidence_count,
        0 as checkin_evidence_count,
        identified.has_representative + identified.has_address as other_evidence_count,
        cast(null as integer) as employer_a_engineer_count,
        cast(null as integer) as employer_a_engineers_required,
        false as is_employer_a_below_without,
        cast(null as integer) as employer_b_engineer_count,
        cast(null as integer) as employer_b_engineers_required,
        false as is_employer_b_below_without,
        detectors.is_provisional,
        parameters.as_of_on,
        identified.old_exited_on
    from identified
    cross join parameters
    inner join detectors
        on detectors.detector_kind = 'shell_successor'
    left join applied
        on
            identified.conflict_id = applied.object_id
            and applied.place = 1
            and parameters.as_of_on >= applied.decided_on
    where identified.new_first_listed_on <= parameters.as_of_on

)

select * from final
