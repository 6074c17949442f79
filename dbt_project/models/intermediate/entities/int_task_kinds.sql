with

measures as (

    select * from {{ ref('measures') }}

),

tasks as (

    select * from {{ ref('tasks') }}

),

final as (

    select
        task_code,
        measure_code,
        use_code,
        clause,
        cast(null as int) as due_day_of_month,
        title_zh,
        title_en
    from measures
    where task_code is not null
    union all
    select
        task_code,
        cast(null as {{ dbt.type_string() }}) as measure_code,
        cast(null as {{ dbt.type_string() }}) as use_code,
        clause,
        due_day_of_month,
        title_zh,
        title_en
    from tasks

)

select * from final
