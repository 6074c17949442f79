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
        coalesce(clause_items.clause, '') = wordings.clause as is_named,
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

-- a clause without its sub-item, which another entry of the same item spells out: 2 beside 2b, but not 1 beside 10
spelled_out as (

    select
        ranked.rulebook_id,
        ranked.dataset,
        ranked.clause,
        ranked.level_code,
        min(clause_items.clause) as full_clause
    from ranked
    inner join clause_items
        on
            ranked.rulebook_id = clause_items.rulebook_id
            and ranked.item_code = clause_items.item_code
    where
        ranked.exactness = 1
        and ranked.is_named
        and ranked.clause <> ''
        and substring(clause_items.clause, 1, length(ranked.clause)) = ranked.clause
        and length(clause_items.clause) > length(ranked.clause)
        and substring(clause_items.clause, length(ranked.clause) + 1, 1) not between '0' and '9'
        and (
            ranked.dataset = clause_items.dataset
            or (clause_items.dataset = '*' and ranked.dataset <> 'merit_claims')
        )
    group by ranked.rulebook_id, ranked.dataset, ranked.clause, ranked.level_code

),

final as (

    select
        ranked.rulebook_id,
        ranked.dataset,
        ranked.clause,
        ranked.level_code,
        ranked.item_code,
        ranked.is_any_channel,
        spelled_out.full_clause
    from ranked
    left join spelled_out
        on
            ranked.rulebook_id = spelled_out.rulebook_id
            and ranked.dataset = spelled_out.dataset
            and ranked.clause = spelled_out.clause
            and coalesce(ranked.level_code, '') = coalesce(spelled_out.level_code, '')
    where ranked.exactness = 1

)

select * from final
