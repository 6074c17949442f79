/* What conditions are about, as steps: by how much a measure of an agency moves on a day. A person counts once per
agency, from the drop that lists them until the next; a certificate's last day counts. Days of a confirmed conflict
do not count; those under an open lead do, save in `unled_amount`. An end that never comes stands as the last date of
the calendar and makes no step. */
{% set never = "cast('9999-12-31' as date)" %}

with

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

personnel as (

    select * from {{ ref('stg_registry__personnel') }}

),

equipment as (

    select * from {{ ref('stg_registry__equipment') }}

),

identities as (

    select * from {{ ref('int_people_identified') }}

),

conflicts as (

    select * from {{ ref('int_conflicts_assessed') }}
    where
        person_key is not null
        and status in ('confirmed', 'open')
        and conflict_kind <> 'identity_unresolved'

),

listings as (

    select
        personnel.*,
        {{ person_reference_id(
            'personnel.person_key', 'personnel.person_mask', 'personnel.person_id_status', 'personnel.person_name',
            'personnel.registration_no', 'personnel.qualification_no', 'personnel.agency_id'
        ) }} as reference_id,
        coalesce(drops.next_received_on, {{ never }}) as until_on,
        least(
            coalesce(drops.next_received_on, {{ never }}),
            coalesce({{ add_days('personnel.registration_until_on', 1) }}, {{ never }})
        ) as valid_until_on,
        greatest(personnel.received_on, coalesce(personnel.contract_from_on, personnel.received_on)) as employed_from_on,
        case
            when coalesce(personnel.is_contract_until_open, false) then coalesce(drops.next_received_on, {{ never }})
            when personnel.contract_until_on is not null
                then least(
                    coalesce(drops.next_received_on, {{ never }}),
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
            coalesce(drops.next_received_on, {{ never }}), {{ add_days('equipment.valid_until_on', 1) }}
        ) as until_on
    from equipment
    inner join drops
        on
            equipment.source = drops.source
            and equipment.dataset = drops.dataset
            and equipment.received_on = drops.received_on
    where equipment.valid_until_on is not null

),

-- a certificate that two share is in doubt for both
doubtful_people as (

    select
        person_key as person_id,
        status,
        overlap_from_on as from_on,
        coalesce(overlap_until_on, {{ never }}) as until_on
    from conflicts
    union all
    select
        other_person_key as person_id,
        status,
        overlap_from_on as from_on,
        coalesce(overlap_until_on, {{ never }}) as until_on
    from conflicts
    where other_person_key is not null

),

doubts as (

    select
        person_id,
        'confirmed' as doubt_code,
        from_on,
        until_on
    from doubtful_people
    where status = 'confirmed'
    union all
    select
        person_id,
        'confirmed_or_open' as doubt_code,
        from_on,
        until_on
    from doubtful_people

),

reaches as (

    select
        *,
        max(until_on) over (
            partition by person_id, doubt_code
            order by from_on, until_on
            rows between unbounded preceding and 1 preceding
        ) as reached_on
    from doubts

),

numbered as (

    select
        *,
        sum(case when reached_on is null or from_on > reached_on then 1 else 0 end) over (
            partition by person_id, doubt_code
            order by from_on, until_on
            rows between unbounded preceding and current row
        ) as island_number
    from reaches

),

doubtful as (

    select
        person_id,
        doubt_code,
        min(from_on) as from_on,
        max(until_on) as until_on
    from numbered
    group by person_id, doubt_code, island_number

),

held as (

    {% for measure, from_column, until_column in [
        ('people_listed', 'from_on', 'until_on'),
        ('engineers_listed', 'from_on', 'engineer_listed_until_on'),
        ('operators_listed', 'from_on', 'operator_listed_until_on'),
        ('engineers_valid', 'from_on', 'engineer_until_on'),
        ('engineers_level_1_valid', 'from_on', 'level_1_until_on'),
        ('operators_valid', 'from_on', 'operator_until_on'),
        ('operators_intermediate_valid', 'from_on', 'intermediate_until_on'),
        ('people_with_identity', 'from_on', 'identity_until_on'),
        ('people_with_qualification', 'from_on', 'qualification_until_on'),
        ('people_with_contract', 'employed_from_on', 'employed_until_on'),
        ('people_with_insurance', 'from_on', 'insurance_until_on'),
    ] -%}
        select
            agency_id,
            person_id,
            '{{ measure }}' as measure_code,
            {{ from_column }} as from_on,
            {{ until_column }} as until_on,
            1 as amount
        from people
        union all
    {% endfor -%}
    select
        agency_id,
        null as person_id,
        'equipment_calibrated' as measure_code,
        from_on,
        until_on,
        1 as amount
    from devices
    {% for measure, amount in [
        ('legal_person', 'case when is_legal_person then 1 else 0 end'),
        ('floor_area_m2', 'coalesce(floor_area_m2, 0)'),
        ('floor_area_given', 'case when floor_area_m2 > 0 then 1 else 0 end'),
        ('quality_system', 'case when has_quality_system then 1 else 0 end'),
        ('assessment_control', "case when assessment_control = 'yes' then 1 else 0 end"),
    ] -%}
        union all
        select
            agency_id,
            null as person_id,
            '{{ measure }}' as measure_code,
            received_on as from_on,
            coalesce(next_shown_on, {{ never }}) as until_on,
            {{ amount }} as amount
        from agency_drops
    {% endfor %}
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
        held.agency_id,
        held.measure_code,
        greatest(held.from_on, doubtful.from_on) as from_on,
        least(held.until_on, doubtful.until_on) as until_on,
        case when doubtful.doubt_code = 'confirmed' then -1 else 0 end as amount,
        case when doubtful.doubt_code = 'confirmed_or_open' then -1 else 0 end as unled_amount
    from held
    inner join doubtful
        on
            held.person_id = doubtful.person_id
            and held.from_on < doubtful.until_on
            and held.until_on > doubtful.from_on
    where
        held.measure_code in (
            'engineers_valid', 'engineers_level_1_valid', 'operators_valid', 'operators_intermediate_valid'
        )

),

steps as (

    select
        agency_id,
        measure_code,
        from_on as change_on,
        amount,
        unled_amount
    from holdings
    where from_on < until_on
    union all
    select
        agency_id,
        measure_code,
        until_on as change_on,
        -amount as amount,
        -unled_amount as unled_amount
    from holdings
    where from_on < until_on and until_on < {{ never }}

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
