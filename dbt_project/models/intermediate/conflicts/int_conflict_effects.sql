-- How the head-count of each employer that is an agency changes without the person, on the worst day of the conflict.
with

employers as (

    select * from {{ ref('int_conflict_employers') }}

),

spells as (

    select * from {{ ref('int_person_spells') }}

),

headcounts as (

    select * from {{ ref('int_engineer_headcounts') }}

),

final as (

    select
        employers.conflict_id,
        employers.side,
        cast(min(headcounts.engineer_count) as integer) as engineer_count,
        cast(max(headcounts.engineers_required) as integer) as engineers_required,
        max(
            case
                when
                    headcounts.engineer_count >= headcounts.engineers_required
                    and headcounts.engineer_count - 1 < headcounts.engineers_required
                    then 1
                when
                    spells.level_1_from_on < coalesce(headcounts.valid_until_on, {{ open_end() }})
                    and coalesce(spells.level_1_until_on, {{ open_end() }}) > headcounts.valid_from_on
                    and headcounts.engineer_level_1_count >= headcounts.engineers_level_1_required
                    and headcounts.engineer_level_1_count - 1 < headcounts.engineers_level_1_required
                    then 1
                else 0
            end
        ) = 1 as is_below_without
    from employers
    inner join spells
        on employers.spell_id = spells.spell_id
    inner join headcounts
        on
            employers.employer_id = headcounts.agency_id
            and employers.evidence_until_on > headcounts.valid_from_on
            and headcounts.valid_from_on < coalesce(spells.until_on, {{ open_end() }})
            and coalesce(headcounts.valid_until_on, {{ open_end() }}) > employers.overlap_from_on
            and coalesce(headcounts.valid_until_on, {{ open_end() }}) > spells.from_on
    group by employers.conflict_id, employers.side

)

select * from final
