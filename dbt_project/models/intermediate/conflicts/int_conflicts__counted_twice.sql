-- A double registration during which an agency would, on some day, fall below its minimum of engineers without the
-- person.
with

double_registrations as (

    select * from {{ ref('int_conflicts__double_registration') }}

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
            and headcounts.valid_from_on < coalesce(sides.overlap_until_on, {{ open_end() }})
            and coalesce(headcounts.valid_until_on, {{ open_end() }}) > sides.overlap_from_on
            and parameters.as_of_on >= headcounts.valid_from_on
    where
        headcounts.engineer_count = headcounts.engineers_required
        or (
            spells.level_1_from_on < coalesce(headcounts.valid_until_on, {{ open_end() }})
            and coalesce(spells.level_1_until_on, {{ open_end() }}) > headcounts.valid_from_on
            and headcounts.engineer_level_1_count = headcounts.engineers_level_1_required
        )

),

counted as (

    select double_registrations.*
    from double_registrations
    inner join falling
        on double_registrations.conflict_id = falling.conflict_id

),

final as (

    select
        {{ detected_columns(
            'counted_twice', 'person_id', 'identity_tier', 'employer_a_id', 'employer_b_id', 'spell_a_id', 'spell_b_id',
            'overlap_from_on', 'overlap_until_on', 'explained_by', 'first_seen_on', 'last_seen_on', 'personnel_count',
            'personnel_seen_on'
        ) }}
    from counted

)

select * from final
