-- The items of each wording: those of the most exact entry of the version's map (credit.md 6.5).
{%- set numerals = '0123456789一二三四五六七八九十百零〇' %}
with

evidence as (

    select * from {{ ref('int_points__evidence') }}

),

clause_items as (

    select * from {{ ref('stg_rulebook__clause_items') }}

),

clause_item_codes as (

    select * from {{ ref('stg_rulebook__clause_item_codes') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

-- each wording once: the map is looked up per wording, not per row
wordings as (

    select distinct
        dataset,
        clause,
        level_code
    from evidence

),

ranked as (

    select
        clause_items.rulebook_id,
        wordings.dataset,
        wordings.clause,
        wordings.level_code,
        -- identifies the entry: its items are in clause_item_codes
        clause_items.dataset as entry_dataset,
        coalesce(clause_items.clause, '') as entry_clause,
        clause_items.level_code as entry_level_code,
        coalesce(clause_items.item_code, '') as item_codes,
        coalesce(clause_items.clause, '') = wordings.clause as is_named,
        row_number() over (
            partition by clause_items.rulebook_id, wordings.dataset, wordings.clause, wordings.level_code
            order by
                coalesce(clause_items.clause, '') = wordings.clause desc,
                clause_items.dataset = wordings.dataset desc,
                clause_items.level_code is not null desc,
                coalesce(clause_items.item_code, '')
        ) as exactness
    from wordings
    inner join clause_items
        on
            (
                wordings.dataset = clause_items.dataset
                or (clause_items.dataset = '*' and wordings.dataset <> 'merit_claims')
            )
            and (
                coalesce(clause_items.clause, '') = wordings.clause
                or (clause_items.clause = '*' and wordings.clause <> '')
            )
            and (clause_items.level_code is null or wordings.level_code = clause_items.level_code)

),

-- the items of longer entries that spell a clause out, by the most exact entry for each: 2a and 2b for 2, but not 10
-- for 1, nor 十一 for 十
spellings as (

    select
        ranked.rulebook_id,
        ranked.dataset,
        ranked.clause,
        ranked.level_code,
        ranked.item_codes,
        clause_items.clause as full_clause,
        coalesce(clause_items.item_code, '') as full_item_codes,
        row_number() over (
            partition by ranked.rulebook_id, ranked.dataset, ranked.clause, ranked.level_code, clause_items.clause
            order by
                clause_items.dataset = ranked.dataset desc,
                clause_items.level_code is not null desc,
                coalesce(clause_items.item_code, '')
        ) as exactness
    from ranked
    inner join clause_items
        on
            ranked.rulebook_id = clause_items.rulebook_id
            and substring(clause_items.clause, 1, length(ranked.clause)) = ranked.clause
            and length(clause_items.clause) > length(ranked.clause)
            and (
                ranked.dataset = clause_items.dataset
                or (clause_items.dataset = '*' and ranked.dataset <> 'merit_claims')
            )
            and (clause_items.level_code is null or ranked.level_code = clause_items.level_code)
    where
        ranked.exactness = 1
        and ranked.is_named
        and ranked.clause <> ''
        and substring(clause_items.clause, length(ranked.clause) + 1, 1)
        not in ({{ "'" ~ numerals | join("', '") ~ "'" }})

),

-- a clause without its sub-item: sub-items differ, and the clause's own entry takes one of them
spelled_out as (

    select
        rulebook_id,
        dataset,
        clause,
        level_code,
        min(case when full_item_codes = item_codes then full_clause end) as full_clause
    from spellings
    where exactness = 1
    group by rulebook_id, dataset, clause, level_code
    having min(full_item_codes) <> max(full_item_codes)

),

final as (

    select
        ranked.rulebook_id,
        ranked.dataset,
        ranked.clause,
        ranked.level_code,
        items.item_code,
        cast(
            row_number() over (
                partition by ranked.rulebook_id, ranked.dataset, ranked.clause, ranked.level_code
                order by coalesce(items.item_code, '')
            ) as integer
        ) as item_number,
        items.channels is null as is_any_channel,
        coalesce(items.points_from = 'row', false) as is_row_points,
        spelled_out.full_clause
    from ranked
    -- an entry may say that a wording is no item, and items that the warehouse counts itself are not in the map
    left join clause_item_codes
        on
            ranked.rulebook_id = clause_item_codes.rulebook_id
            and ranked.entry_dataset = clause_item_codes.dataset
            and ranked.entry_clause = coalesce(clause_item_codes.clause, '')
            and coalesce(ranked.entry_level_code, '') = coalesce(clause_item_codes.level_code, '')
    left join items
        on
            clause_item_codes.rulebook_id = items.rulebook_id
            and clause_item_codes.item_code = items.item_code
            and items.fact = 'evidence'
    left join spelled_out
        on
            ranked.rulebook_id = spelled_out.rulebook_id
            and ranked.dataset = spelled_out.dataset
            and ranked.clause = spelled_out.clause
            and coalesce(ranked.level_code, '') = coalesce(spelled_out.level_code, '')
    where ranked.exactness = 1

)

select * from final
