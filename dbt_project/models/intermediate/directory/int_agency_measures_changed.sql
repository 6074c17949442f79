-- Long: all measures are counted here side by side; splitting it would write the people of every drop once more.
/* The measures behind the conditions, as steps: by how much an agency's measure changes on a day. A person counts once
per agency, from the drop that lists them until the next; a certificate counts on its last day. Days of a confirmed
conflict do not count; days under an open lead do, except in `unled_amount`. An open end makes no step. */
{# measure of a person -> the day on which it ends; people in doubt are taken from those that must be sound #}
{% set sound_until = {
    'engineers_valid': 'engineer_until_on',
    'engineers_level_1_valid': 'level_1_until_on',
    'operators_valid': 'operator_until_on',
    'operators_intermediate_valid': 'intermediate_until_on',
} %}
{% set person_until = {
    'people_listed': 'until_on',
    'engineers_listed': 'engineer_listed_until_on',
    'operators_listed': 'operator_listed_until_on',
    'people_with_identity': 'identity_until_on',
    'people_with_qualification': 'qualification_until_on',
    'people_with_contract': 'employed_until_on',
    'people_with_insurance': 'insurance_until_on',
} %}
with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

personnel as (

    select * from {{ ref('int_personnel_listed') }}

),

equipment as (

    select * from {{ ref('int_equipment_listed') }}

),

identities as (

    select * from {{ ref('int_people_identified') }}

),

doubtful as (

    select * from {{ ref('int_people_doubted') }}

),

listings as (

    select
        personnel.*,
        {{ person_reference_id(
            'personnel.person_key', 'personnel.person_mask', 'personnel.person_id_status', 'personnel.person_name',
            'personnel.registration_no', 'personnel.qualification_no', 'personnel.agency_id'
        ) }} as reference_id,
        coalesce(drops.next_received_on, {{ open_end() }}) as until_on,
        least(
            coalesce(drops.next_received_on, {{ open_end() }}),
            coalesce({{ add_days('personnel.registration_until_on', 1) }}, {{ open_end() }})
        ) as valid_until_on,
        greatest(personnel.received_on, coalesce(personnel.contract_from_on, personnel.received_on)) as employed_from_on,
        case
            when coalesce(personnel.is_contract_until_open, false) then coalesce(drops.next_received_on, {{ open_end() }})
            when personnel.contract_until_on is not null
                then least(
                    coalesce(drops.next_received_on, {{ open_end() }}),
                    {{ add_days('personnel.contract_until_on', 1) }}
                )
        end as employed_until_on
    from personnel
    inner join drops
        on
            personnel.source = drops.source
            and personnel.dataset = drops.dataset
            and personnel.received_on = drops.received_on

),

people as (

    select
        listings.agency_id,
        coalesce(identities.person_id, listings.reference_id) as person_id,
        listings.received_on as from_on,
        min(listings.until_on) as until_on,
        max(case when listings.certificate_kind = 'engineer' then listings.until_on end) as engineer_listed_until_on,
        max(case when listings.certificate_kind = 'operator' then listings.until_on end) as operator_listed_until_on,
        max(case when listings.certificate_kind = 'engineer' then listings.valid_until_on end) as engineer_until_on,
        max(
            case
                when listings.certificate_kind = 'engineer' and listings.level_code = 'level_1'
                    then listings.valid_until_on
            end
        ) as level_1_until_on,
        max(case when listings.certificate_kind = 'operator' then listings.valid_until_on end) as operator_until_on,
        max(
            case
                when
                    listings.certificate_kind = 'operator'
                    and listings.level_code in ('intermediate', 'advanced', 'technician', 'senior_technician')
                    then listings.valid_until_on
            end
        ) as intermediate_until_on,
        max(case when listings.person_id_status = 'full' then listings.until_on end) as identity_until_on,
        max(
            case
                when coalesce(listings.qualification_no, listings.registration_no) is not null
                    then listings.valid_until_on
            end
        ) as qualification_until_on,
        min(case when listings.employed_until_on is not null then listings.employed_from_on end) as employed_from_on,
        max(listings.employed_until_on) as employed_until_on,
        max(case when listings.insurance_payer_name is not null then listings.until_on end) as insurance_until_on
    from listings
    left join identities
        on listings.reference_id = identities.reference_id
    group by listings.agency_id, coalesce(identities.person_id, listings.reference_id), listings.received_on

),

devices as (

    select
        equipment.agency_id,
        equipment.received_on as from_on,
        least(
            coalesce(drops.next_received_on, {{ open_end() }}), {{ add_days('equipment.valid_until_on', 1) }}
        ) as until_on
    from equipment
    inner join drops
        on
            equipment.source = drops.source
            and equipment.dataset = drops.dataset
            and equipment.received_on = drops.received_on
    where equipment.valid_until_on is not null

),

-- one row per person or agency and measure: each table is read once, however many measures there are
person_measures as (
    {% for measure in person_until | list + sound_until | list %}
        select '{{ measure }}' as measure_code
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

agency_measures as (
    {% for measure in ['legal_person', 'floor_area_m2', 'floor_area_given', 'quality_system', 'assessment_control'] %}
        select '{{ measure }}' as measure_code
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

-- people whose days are the same count together
alike as (

    select
        agency_id,
        from_on,
        until_on,
        engineer_listed_until_on,
        operator_listed_until_on,
        engineer_until_on,
        level_1_until_on,
        operator_until_on,
        intermediate_until_on,
        identity_until_on,
        qualification_until_on,
        employed_from_on,
        employed_until_on,
        insurance_until_on,
        count(*) as person_count
    from people
    group by
        agency_id, from_on, until_on, engineer_listed_until_on, operator_listed_until_on, engineer_until_on,
        level_1_until_on, operator_until_on, intermediate_until_on, identity_until_on, qualification_until_on,
        employed_from_on, employed_until_on, insurance_until_on

),

devices_alike as (

    select
        agency_id,
        from_on,
        until_on,
        count(*) as device_count
    from devices
    group by agency_id, from_on, until_on

),

held as (

    select
        alike.agency_id,
        person_measures.measure_code,
        case person_measures.measure_code
            when 'people_with_contract' then alike.employed_from_on
            else alike.from_on
        end as from_on,
        case person_measures.measure_code
            {% for measure, until_on in (person_until.items() | list) + (sound_until.items() | list) -%}
                when '{{ measure }}' then alike.{{ until_on }}
            {% endfor -%}
        end as until_on,
        alike.person_count as amount
    from alike
    cross join person_measures
    union all
    select
        agency_id,
        'equipment_calibrated' as measure_code,
        from_on,
        until_on,
        device_count as amount
    from devices_alike
    union all
    select
        agency_drops.agency_id,
        agency_measures.measure_code,
        agency_drops.received_on as from_on,
        coalesce(agency_drops.next_shown_on, {{ open_end() }}) as until_on,
        case agency_measures.measure_code
            when 'legal_person' then case when agency_drops.is_legal_person then 1 else 0 end
            when 'floor_area_m2' then coalesce(agency_drops.floor_area_m2, 0)
            when 'floor_area_given' then case when agency_drops.floor_area_m2 > 0 then 1 else 0 end
            when 'quality_system' then case when agency_drops.has_quality_system then 1 else 0 end
            when 'assessment_control' then case when agency_drops.assessment_control = 'yes' then 1 else 0 end
        end as amount
    from agency_drops
    cross join agency_measures

),

-- people in doubt, by the measures that do not count them
doubted as (

    select
        people.agency_id,
        person_measures.measure_code,
        people.from_on,
        case person_measures.measure_code
            {% for measure, until_on in sound_until.items() -%}
                when '{{ measure }}' then people.{{ until_on }}
            {% endfor -%}
        end as until_on,
        doubtful.from_on as doubted_from_on,
        doubtful.until_on as doubted_until_on,
        doubtful.doubt_code
    from people
    inner join doubtful
        on
            people.person_id = doubtful.person_id
            and people.from_on < doubtful.until_on
    cross join person_measures
    where person_measures.measure_code in ('{{ sound_until | join("', '") }}')

),

holdings as (

    select
        agency_id,
        measure_code,
        from_on,
        until_on,
        amount,
        amount as unled_amount
    from held
    union all
    select
        agency_id,
        measure_code,
        greatest(from_on, doubted_from_on) as from_on,
        least(until_on, doubted_until_on) as until_on,
        case when doubt_code = 'confirmed' then -1 else 0 end as amount,
        case when doubt_code = 'confirmed_or_open' then -1 else 0 end as unled_amount
    from doubted
    where until_on > doubted_from_on

),

-- both ends of each holding, from one read of it
ends as (

    select true as is_first
    union all
    select false as is_first

),

steps as (

    select
        holdings.agency_id,
        holdings.measure_code,
        case when ends.is_first then holdings.from_on else holdings.until_on end as change_on,
        case when ends.is_first then holdings.amount else -holdings.amount end as amount,
        case when ends.is_first then holdings.unled_amount else -holdings.unled_amount end as unled_amount
    from holdings
    cross join ends
    where
        holdings.from_on < holdings.until_on
        and (ends.is_first or holdings.until_on < {{ open_end() }})

),

final as (

    select
        agency_id,
        measure_code,
        change_on,
        cast(sum(amount) as decimal(18, 2)) as amount,
        cast(sum(unled_amount) as decimal(18, 2)) as unled_amount
    from steps
    group by agency_id, measure_code, change_on

)

select * from final
