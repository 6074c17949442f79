-- One line per case and item (credit.md 6.4), before same_act, caps and repairs, and one for each row and item that is
-- void or not scored; with the points of a repetition.
{{ config(materialized='view') }}

with

windowed as (

    select * from {{ ref('int_points__lines_windowed') }}

),

repeated as (

    select * from {{ ref('int_points__lines_repeated') }}

),

final as (

    select
        windowed.line_id,
        windowed.line_kind,
        windowed.agency_id,
        windowed.case_id,
        windowed.item_code,
        windowed.component_code,
        windowed.rulebook_id,
        windowed.effect,
        windowed.effect_grade,
        windowed.clock_start_on,
        windowed.valid_from_on,
        windowed.valid_until_on,
        windowed.is_until_next,
        windowed.is_repairable,
        windowed.is_disputed,
        windowed.disputed_since_on,
        windowed.source,
        windowed.dataset,
        windowed.source_key,
        windowed.file_hash,
        windowed.sheet,
        windowed.row_number,
        windowed.document_no,
        windowed.occurred_on,
        windowed.determined_on,
        windowed.not_scored_reason,
        windowed.public_until_on,
        coalesce(windowed.occasion_task_id, windowed.case_id) as occasion_key,
        coalesce(repeated.points, windowed.points) as points,
        repeated.line_id is not null as is_repeat
    from windowed
    left join repeated on windowed.line_id = repeated.line_id

)

select * from final
