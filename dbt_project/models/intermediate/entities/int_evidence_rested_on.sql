-- The datasets that each kind of result rests on (seed evidence_datasets). A grade rests on the datasets of the facts
-- that the rulebook uses: for points, as divisors, to end windows or to make an agency rated. So does every result that
-- shows a grade: every conflict, and every task opened by a measure of the rulebook. What only stands beside a grade,
-- such as its last check, belongs to kind `grade` alone.
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
