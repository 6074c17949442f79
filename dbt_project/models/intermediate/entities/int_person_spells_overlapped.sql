-- Spells of one person at two agencies that share a day. A sweep counts, for each spell, how many of the person's
-- spells begin before it ends, and pairs only these: the cost grows with the overlaps, not with the square of the
-- spells.
with

spells as (

    select * from {{ ref('int_person_spells') }}

),

ranked as (

    select
        *,
        coalesce(until_on, {{ open_end() }}) as end_on,
        row_number() over (partition by person_id order by from_on, agency_id, spell_id) as spell_rank
    from spells

),

-- a spell that begins on the day another ends does not overlap it: ends come first
turns as (

    select
        person_id,
        spell_id,
        from_on as turned_on,
        1 as turn_order,
        1 as begun
    from ranked
    union all
    select
        person_id,
        spell_id,
        end_on as turned_on,
        0 as turn_order,
        0 as begun
    from ranked

),

counted as (

    select
        person_id,
        spell_id,
        turn_order,
        sum(begun) over (
            partition by person_id
            order by turned_on, turn_order, spell_id
            rows between unbounded preceding and current row
        ) as begun_count
    from turns

),

flagged as (

    select
        ranked.person_id,
        ranked.spell_id,
        ranked.spell_rank,
        counted.begun_count
    from ranked
    inner join counted
        on ranked.spell_id = counted.spell_id
    where
        counted.turn_order = 0
        and counted.begun_count > ranked.spell_rank

),

reached as (

    select
        person_id,
        spell_id,
        {{ integers_between('spell_rank + 1', 'begun_count') }} as other_rank
    from flagged

),

pairs as (

    select
        earlier.person_id,
        greatest(earlier.identity_tier, later.identity_tier) as identity_tier,
        case when earlier.agency_id < later.agency_id then earlier.spell_id else later.spell_id end as spell_a_id,
        case when earlier.agency_id < later.agency_id then later.spell_id else earlier.spell_id end as spell_b_id,
        least(earlier.agency_id, later.agency_id) as agency_a_id,
        greatest(earlier.agency_id, later.agency_id) as agency_b_id,
        later.from_on as overlap_from_on,
        nullif(least(earlier.end_on, later.end_on), {{ open_end() }}) as overlap_until_on,
        greatest(earlier.first_listed_on, later.first_listed_on) as first_seen_on,
        least(earlier.last_listed_on, later.last_listed_on) as last_seen_on,
        greatest(earlier.first_drop_number, later.first_drop_number) as first_common_drop_number,
        least(earlier.last_drop_number, later.last_drop_number) as last_common_drop_number,
        earlier.listing_count + later.listing_count as listing_count
    from reached
    inner join ranked as earlier
        on reached.spell_id = earlier.spell_id
    inner join ranked as later
        on
            reached.person_id = later.person_id
            and reached.other_rank = later.spell_rank
    where earlier.agency_id <> later.agency_id

),

final as (

    select * from pairs

)

select * from final
