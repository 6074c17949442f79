{#
Each check of an agency once, on its earliest day: a CTE, `task_days`, from a relation of who asks (`keys` and check_type,
null = checks of every type), `checks` with a day, and `branches`.
#}
{% macro task_days(asking, keys) -%}
task_days as (

    select
        {{ columns(asking, keys) }},
        coalesce(branches.agency_id, checks.agency_id) as agency_id,
        checks.task_id,
        min(checks.checked_on) as occurred_on
    from {{ asking }}
    inner join checks
        on {{ asking }}.check_type is null or {{ asking }}.check_type = checks.check_type
    left join branches on checks.agency_id = branches.branch_id
    group by {{ columns(asking, keys) }}, coalesce(branches.agency_id, checks.agency_id), checks.task_id

)
{%- endmacro %}
