-- What a confirmed conflict would cost under the version in force on the evaluation day, with that version's bands.
with

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

words as (

    select * from {{ ref('detector_words') }}

),

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

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

components as (

    select * from {{ ref('stg_rulebook__components') }}

),

bands as (

    select * from {{ ref('stg_rulebook__bands') }}

),

in_force as (

    select
        rulebooks.rulebook_id,
        parameters.as_of_on
    from rulebooks
    cross join parameters
    where
        rulebooks.effective_from_on <= parameters.as_of_on
        and coalesce(rulebooks.effective_until_on, {{ open_end() }}) > parameters.as_of_on

),

mapped as (

    select
        in_force.rulebook_id,
        in_force.as_of_on,
        clause_items.dataset,
        clause_items.clause,
        row_number() over (
            partition by in_force.rulebook_id
            order by {{ clause_item_order('clause_items') }}
        ) as row_rank
    from in_force
    inner join clause_items
        on in_force.rulebook_id = clause_items.rulebook_id
    inner join words
        on
            words.word_code = 'misconduct_clause'
            and clause_items.clause in (words.word, '*')
    where clause_items.dataset in ('findings', '*')

),

final as (

    select
        mapped.rulebook_id,
        mapped.as_of_on,
        items.item_code,
        -- null where only the row of a decision can give the points
        cast(components.sign * items.points as decimal(9, 2)) as item_points,
        items.cap_points as item_cap_points,
        bands.grade,
        bands.lo_hundredths,
        bands.is_lo_inclusive,
        bands.hi_hundredths,
        bands.is_hi_inclusive
    from mapped
    inner join clause_item_codes
        on
            mapped.rulebook_id = clause_item_codes.rulebook_id
            and mapped.dataset = clause_item_codes.dataset
            and mapped.clause = clause_item_codes.clause
            and clause_item_codes.level_code is null
    inner join items
        on
            mapped.rulebook_id = items.rulebook_id
            and clause_item_codes.item_code = items.item_code
    inner join components
        on
            items.rulebook_id = components.rulebook_id
            and items.component_code = components.component_code
    inner join bands
        on mapped.rulebook_id = bands.rulebook_id
    where
        mapped.row_rank = 1
        and items.effect = 'points'

)

select * from final
