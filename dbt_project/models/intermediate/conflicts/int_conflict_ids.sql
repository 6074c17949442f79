-- The ids by which a decision may name a conflict: its present id, its former ones, and those of the double
-- registration behind a counted_twice.
with

conflicts as (

    select * from {{ ref('int_conflicts_detected') }}

),

renamed as (

    select * from {{ ref('int_conflicts_renamed') }}

),

current_ids as (

    select
        conflict_id,
        conflict_kind,
        conflict_id as object_id,
        0 as is_followed
    from conflicts
    union all
    select
        conflict_id,
        conflict_kind,
        {{ conflict_id("'double_registration'", 'person_id', 'employer_a_id', 'employer_b_id', 'overlap_from_on') }}
            as object_id,
        1 as is_followed
    from conflicts
    where conflict_kind = 'counted_twice'

),

final as (

    select
        conflict_id,
        conflict_kind,
        object_id,
        is_followed
    from current_ids
    union all
    select
        current_ids.conflict_id,
        current_ids.conflict_kind,
        renamed.former_conflict_id as object_id,
        current_ids.is_followed
    from current_ids
    inner join renamed
        on current_ids.object_id = renamed.conflict_id

)

select * from final
