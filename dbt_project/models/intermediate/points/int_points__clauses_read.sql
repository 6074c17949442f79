-- What each wording of an act says: the item that a version's map gives to it, by its most exact entry (credit.md 6.5).
with

evidence as (

    select * from {{ ref('int_points__evidence') }}

),

clause_items as (

    select * from {{ ref('stg_rulebook__clause_items') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

-- what was written, once each: the map is looked up per wording, not per row
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
        items.item_code,
        items.channels is null as is_any_channel,
        row_number() over (
            partition by clause_items.rulebook_id, wordings.dataset, wordings.clause, wordings.level_code
            order by
                coalesce(clause_items.clause, '') = wordings.clause desc,
                clause_items.dataset = wordings.dataset desc,
                clause_items.level_code is not null desc,
                coalesce(items.item_code, '')
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
    -- an entry may say that a wording is no item, and an item that the warehouse counts itself has no rows
    left join items
        on
            clause_items.rulebook_id = items.rulebook_id
            and clause_items.item_code = items.item_code
            and items.fact = 'evidence'

),

final as (

    select
        rulebook_id,
        dataset,
        clause,
        level_code,
        item_code,
        is_any_channel
    from ranked
    where exactness = 1

)

select * from final
