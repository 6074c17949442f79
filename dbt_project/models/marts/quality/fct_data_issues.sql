with

door_issues as (

    select * from {{ ref('int_issues__door') }}

),

row_issues as (

    select * from {{ ref('int_issues__rows') }}

),

directory_issues as (

    select * from {{ ref('int_issues__directory') }}

),

evidence_issues as (

    select * from {{ ref('int_issues__evidence') }}

),

repair_issues as (

    select * from {{ ref('int_issues__repairs') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

complaints as (

    select * from {{ ref('int_complaints_matched') }}

),

conflicts as (

    select * from {{ ref('int_conflicts_assessed') }}

),

successors as (

    select * from {{ ref('int_conflicts__shell_successor') }}

),

leads as (

    select * from {{ ref('int_leads_assessed') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

conflicts_renamed as (

    select * from {{ ref('int_conflicts_renamed') }}

),

leads_renamed as (

    select * from {{ ref('int_leads_renamed') }}

),

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

measures as (

    select measures_called.*
    from {{ ref('fct_measures') }} as measures_called
    cross join build
    where measures_called.valid_from_on <= build.as_of_on

),

working_days as (

    select * from {{ ref('int_working_days') }}

),

-- objects of decisions; `<USCC>=<USCC>` may also name payers that are no agencies
decided_objects as (

    select
        'directory' as object_type,
        agency_id as object_id
    from agencies
    union all
    select
        'lead' as object_type,
        lead_id as object_id
    from leads
    union all
    select
        'conflict' as object_type,
        conflict_id as object_id
    from conflicts
    union all
    select
        'conflict' as object_type,
        conflict_id as object_id
    from successors
    union all
    select
        'identity' as object_type,
        conflict_id as object_id
    from conflicts
    union all
    select
        'lead' as object_type,
        former_lead_id as object_id
    from leads_renamed
    union all
    select
        'conflict' as object_type,
        former_conflict_id as object_id
    from conflicts_renamed
    union all
    select
        'identity' as object_type,
        former_conflict_id as object_id
    from conflicts_renamed

),

unknown_objects as (

    select
        'decision_object_unknown' as issue_code,
        decisions.source,
        decisions.dataset,
        decisions.source_key,
        cast(null as {{ dbt.type_string() }}) as agency_id,
        decisions.file_hash,
        decisions.sheet,
        decisions.row_number,
        concat('The decision is about a ', decisions.object_type, ' that is not there: no effect.') as detail
    from decisions
    left join decided_objects
        on decisions.object_type = decided_objects.object_type and decisions.object_id = decided_objects.object_id
    left join complaints
        on
            decisions.object_type = 'identity'
            and substring(decisions.object_id, 1, length(decisions.object_id) - 19)
            = concat(complaints.dataset, ':', complaints.complaint_id)
    where
        decided_objects.object_id is null
        and complaints.row_key is null
        and not (decisions.object_type = 'identity' and {{ names_two_codes('decisions.object_id') }})

),

-- the deadlines of repairs are among the repair issues
deadline_issues as (

    select distinct
        'calendar_missing' as issue_code,
        cast(null as {{ dbt.type_string() }}) as source,
        cast(null as {{ dbt.type_string() }}) as dataset,
        cast(null as {{ dbt.type_string() }}) as source_key,
        measures.agency_id,
        cast(null as {{ dbt.type_string() }}) as file_hash,
        cast(null as {{ dbt.type_string() }}) as sheet,
        cast(null as integer) as row_number,
        concat(
            'The deadline of ', measures.measure_code, ' from ',
            cast(measures.valid_from_on as {{ dbt.type_string() }}),
            ' needs a year that the calendar of working days lacks: no deadline.'
        ) as detail
    from measures
    left join working_days as opening_days on measures.valid_from_on = opening_days.calendar_on
    left join working_days as due_days
        on
            opening_days.block_from_on = due_days.block_from_on
            and opening_days.working_day_number + measures.due_working_days = due_days.working_day_number
            and due_days.is_workday
    where
        measures.trigger_code = 'on_enter'
        and measures.is_entered
        and measures.due_working_days is not null
        and due_days.calendar_on is null

),

{% set columns = [
    'issue_code', 'source', 'dataset', 'source_key', 'agency_id', 'file_hash', 'sheet', 'row_number', 'detail'
] -%}

-- an issue given twice for one row is one issue
issues as (

    select {{ columns | join(', ') }} from door_issues
    union
    select {{ columns | join(', ') }} from row_issues
    union
    select {{ columns | join(', ') }} from directory_issues
    union
    select {{ columns | join(', ') }} from evidence_issues
    union
    select {{ columns | join(', ') }} from repair_issues
    union
    select {{ columns | join(', ') }} from unknown_objects
    union
    select {{ columns | join(', ') }} from deadline_issues

),

final as (

    select
        {{ surrogate_key(columns) }} as issue_id,
        issue_code,
        source,
        dataset,
        source_key,
        agency_id,
        file_hash,
        sheet,
        cast(row_number as int) as row_number,
        detail
    from issues

)

select * from final
