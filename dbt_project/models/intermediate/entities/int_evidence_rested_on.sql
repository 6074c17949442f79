-- Which datasets each kind of result rests on (seed evidence_datasets). A grade rests on what the facts that the rulebook asks
-- for are read from, whether they give points, divide them, end their windows or make an agency rated; so does whatever shows a grade: every conflict, and each task that a measure of the rulebook opens. What
-- only stands beside a grade, as its last check, is of the kind `grade` and of no other.
with

datasets as (

    select * from {{ ref('evidence_datasets') }}

),

detectors as (

    select * from {{ ref('detectors') }}

),

task_kinds as (

    select * from {{ ref('int_task_kinds') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

components as (

    select * from {{ ref('stg_rulebook__components') }}

),

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

),

facts as (

    select fact from items
    union
    select divisor_fact as fact from components
    union
    select next_fact as fact from components
    union
    select rated_from as fact from rulebooks

),

kinds as (

    select
        family as result_kind,
        detector_kind as kind_code,
        family = 'conflict' as is_graded
    from detectors
    union all
    select
        'task' as result_kind,
        task_code as kind_code,
        measure_code is not null as is_graded
    from task_kinds
    union all
    select
        'grade' as result_kind,
        'grade' as kind_code,
        true as is_graded

),

graded as (

    select
        datasets.source,
        datasets.dataset
    from datasets
    inner join facts
        on datasets.kind_code = facts.fact
    where datasets.result_kind = 'grade'

),

final as (

    select
        kinds.result_kind,
        kinds.kind_code,
        datasets.source,
        datasets.dataset
    from kinds
    inner join datasets
        on
            kinds.result_kind = datasets.result_kind
            and datasets.kind_code in (kinds.kind_code, '*')
    union
    select
        kinds.result_kind,
        kinds.kind_code,
        graded.source,
        graded.dataset
    from kinds
    cross join graded
    where kinds.is_graded

)

select * from final
