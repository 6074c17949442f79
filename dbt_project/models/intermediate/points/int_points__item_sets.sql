-- The items of a case that compete as one (format.md, `items`): those of one row, and of rows that share an item. Each
-- item takes the lowest code among its neighbours until nothing changes. Only cases with a row of several items are
-- here.
{{ config(post_hook="{{ drop_turns() }}") }}

{% set inputs %}
evidence_rows as (

    select
        case_id,
        dataset,
        row_key,
        item_code,
        item_number
    from {{ ref('int_points__rows') }}
    where row_state in ('scores', 'disputed')

),

joint_cases as (

    select distinct case_id
    from evidence_rows
    where item_number > 1

),

joint_rows as (

    select evidence_rows.*
    from evidence_rows
    inner join joint_cases on evidence_rows.case_id = joint_cases.case_id

),

-- each item with itself and with the other items of its rows
neighbours as (

    select distinct
        joint_rows.case_id,
        joint_rows.item_code,
        others.item_code as neighbour_code
    from joint_rows
    inner join joint_rows as others
        on
            joint_rows.case_id = others.case_id
            and joint_rows.dataset = others.dataset
            and joint_rows.row_key = others.row_key

)
{% endset %}

{% set start %}
select
    case_id,
    item_code,
    item_code as set_code
from neighbours
group by case_id, item_code
{% endset %}

{% set step %}
with

lowered as (

    select
        neighbours.case_id,
        neighbours.item_code,
        min(labelled.set_code) as set_code
    from labelled
    inner join neighbours
        on labelled.case_id = neighbours.case_id and labelled.item_code = neighbours.neighbour_code
    group by neighbours.case_id, neighbours.item_code

),

moving_cases as (

    select distinct lowered.case_id
    from lowered
    inner join labelled on lowered.case_id = labelled.case_id and lowered.item_code = labelled.item_code
    where lowered.set_code <> labelled.set_code

)

select lowered.*
from lowered
inner join moving_cases on lowered.case_id = moving_cases.case_id
{% endset %}

{{ recursion('labelled', inputs, start, step) }},

final as (

    select
        case_id,
        item_code,
        min(set_code) as set_code
    from labelled
    group by case_id, item_code

)

select * from final
