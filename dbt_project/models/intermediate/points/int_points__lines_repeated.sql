-- Lines that repeat an earlier line of their item, with their points as a repetition (format.md, repeat_factor).
with

lines as (

    select * from {{ ref('int_points__lines_windowed') }}
    where line_kind in ('misconduct', 'merit')

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

repeating_items as (

    select distinct item_code
    from items
    where repeat_factor is not null

),

{{ repeated_lines('lines', 'clock_start_on') }},

final as (

    select
        lines.line_id,
        cast(lines.points * items.repeat_factor as decimal(9, 2)) as points
    from repeated
    inner join lines on repeated.line_id = lines.line_id
    -- the factor in the line's own version
    inner join items
        on
            lines.rulebook_id = items.rulebook_id
            and lines.item_code = items.item_code
            and items.repeat_factor is not null

)

select * from final
