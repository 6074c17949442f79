-- Ledger lines of the warehouse's own counts and events: the line of a count holds on the days with the same number of
-- occurrences, the line of an event holds in the window of its component.
with

runs as (

    select * from {{ ref('int_points__counts_judged') }}

),

agency_drops as (

    select * from {{ ref('int_agency_drops') }}

),

personnel as (

    select * from {{ ref('int_personnel_listed') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}

),

loads as (

    select * from {{ ref('stg_lake__loads') }}

),

event_lines as (

    select * from {{ ref('int_points__event_lines') }}

),

-- people are counted on the last personnel drop: the source row is the file that lists the agency's, else any file of
-- it
counted_agencies as (

    select distinct agency_id
    from runs
    where fact_code <> 'floor_area'

),

own_files as (

    select
        personnel.agency_id,
        personnel.received_on,
        min(personnel.file_hash) as file_hash
    from personnel
    inner join counted_agencies on personnel.agency_id = counted_agencies.agency_id
    group by personnel.agency_id, personnel.received_on

),

shown_files as (

    select
        drops.received_on,
        {{ day_number('drops.received_on') }} as from_day,
        coalesce({{ day_number('drops.next_received_on') }}, {{ end_of_time() }}) as until_day,
        min(loads.file_hash) as file_hash
    from drops
    inner join loads
        on
            drops.source = loads.source
            and drops.dataset = loads.dataset
            and drops.received_on = loads.received_on
            and loads.status = 'loaded'
    where drops.source = 'registry' and drops.dataset = 'personnel'
    group by drops.received_on, drops.next_received_on

),

count_lines as (

    select
        {{ surrogate_key(['runs.agency_id', 'runs.fact_code', 'runs.item_code', 'runs.from_day']) }} as line_id,
        runs.agency_id,
        runs.item_code,
        runs.component_code,
        runs.rulebook_id,
        cast(runs.points * runs.sign * runs.occurrence_count as decimal(9, 2)) as points,
        runs.effect,
        runs.effect_grade,
        {{ day_of_number('runs.from_day') }} as valid_from_on,
        case when runs.until_day < {{ end_of_time() }} then {{ day_of_number('runs.until_day') }} end as valid_until_on,
        'registry' as source,
        case when runs.fact_code = 'floor_area' then 'agencies' else 'personnel' end as dataset,
        cast(null as {{ dbt.type_string() }}) as source_key,
        coalesce(agency_drops.file_hash, own_files.file_hash, shown_files.file_hash) as file_hash,
        cast(null as {{ dbt.type_string() }}) as sheet,
        cast(null as integer) as row_number,
        cast(null as {{ dbt.type_string() }}) as document_no,
        case when runs.from_day = runs.version_from_day then 'rulebook' else 'fact' end as starts_as,
        case when runs.until_day = runs.version_until_day then 'rulebook' else 'fact' end as ends_as,
        {{ absent(dbt.type_string(), ['occasion_key', 'event_key']) }},
        false as is_repeat
    from runs
    -- the floor area is that of the last directory drop that lists the agency
    left join agency_drops
        on
            runs.fact_code = 'floor_area'
            and runs.agency_id = agency_drops.agency_id
            and runs.from_day >= {{ day_number('agency_drops.received_on') }}
            and runs.from_day < coalesce({{ day_number('agency_drops.next_shown_on') }}, {{ end_of_time() }})
    left join shown_files
        on
            runs.fact_code <> 'floor_area'
            and runs.from_day >= shown_files.from_day
            and runs.from_day < shown_files.until_day
    left join own_files
        on runs.agency_id = own_files.agency_id and shown_files.received_on = own_files.received_on

),

lines as (

    select * from event_lines
    union all
    select * from count_lines

),

final as (

    select
        line_id,
        'fact' as line_kind,
        agency_id,
        line_id as case_id,
        item_code,
        component_code,
        rulebook_id,
        points,
        effect,
        effect_grade,
        valid_from_on as clock_start_on,
        valid_from_on,
        valid_until_on,
        valid_from_on as occurred_on,
        valid_from_on as determined_on,
        source,
        dataset,
        source_key,
        file_hash,
        sheet,
        row_number,
        document_no,
        starts_as,
        ends_as,
        -- each count is its own occasion
        coalesce(occasion_key, line_id) as occasion_key,
        event_key,
        is_repeat
    from lines

)

select * from final
