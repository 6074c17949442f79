-- A double registration on one of whose days an agency falls below its minimum of engineers without the person.
with

double_registrations as (

    select * from {{ ref('int_leads__double_registration') }}

),

spells as (

    select * from {{ ref('int_person_spells') }}

),

headcounts as (

    select * from {{ ref('int_engineer_headcounts') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

sides as (

    select
        conflict_id,
        spell_a_id as spell_id,
        employer_a_id as agency_id,
        overlap_from_on,
        overlap_until_on
    from double_registrations
    union all
    select
        conflict_id,
        spell_b_id as spell_id,
        employer_b_id as agency_id,
        overlap_from_on,
        overlap_until_on
    from double_registrations

),

falling as (

    select distinct sides.conflict_id
    from sides
    cross join parameters
    inner join spells
        on sides.spell_id = spells.spell_id
    inner join headcounts
        on
            sides.agency_id = headcounts.agency_id
            and headcounts.valid_from_on < coalesce(sides.overlap_until_on, date '9999-12-31')
            and coalesce(headcounts.valid_until_on, date '9999-12-31') > sides.overlap_from_on
            and parameters.as_of_on >= headcounts.valid_from_on
    where
        headcounts.engineer_count = headcounts.engineers_required
        or (
            spells.level_1_from_on < coalesce(headcounts.valid_until_on, date '9999-12-31')
            and coalesce(spells.level_1_until_on, date '9999-12-31') > headcounts.valid_from_on
            and headcounts.engineer_level_1_count = headcounts.engineers_level_1_required
        )

),

final as (

    select
        'counted_twice' as conflict_kind,
        double_registrations.person_id,
        double_registrations.subject_key,
        double_registrations.identity_tier,
        double_registrations.employer_a_id,
        double_registrations.employer_b_id,
        double_registrations.spell_a_id,
        double_registrations.spell_b_id,
        double_registrations.employer_a_from_on,
        double_registrations.employer_a_until_on,
        double_registrations.employer_a_evidence,
        double_registrations.employer_b_from_on,
        double_registrations.employer_b_until_on,
        double_registrations.employer_b_evidence,
        double_registrations.overlap_from_on,
        double_registrations.overlap_until_on,
        cast(null as {{ dbt.type_string() }}) as severity,
        double_registrations.explained_by,
        double_registrations.first_seen_on,
        double_registrations.last_seen_on,
        double_registrations.personnel_count,
        double_registrations.personnel_seen_on,
        double_registrations.other_dataset,
        double_registrations.other_count,
        double_registrations.other_seen_on,
        {{ conflict_id(
            "'counted_twice'", 'double_registrations.subject_key', 'double_registrations.employer_a_id',
            'double_registrations.employer_b_id', 'double_registrations.overlap_from_on'
        ) }} as conflict_id
    from double_registrations
    inner join falling
        on double_registrations.conflict_id = falling.conflict_id

)

select * from final
