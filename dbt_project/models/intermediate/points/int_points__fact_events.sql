-- The warehouse's own events (format.md, "Facts") that a rulebook uses: as an item, as a divisor, to end a window, or
-- to make an agency rated.
with

checks as (

    select * from {{ ref('stg_inspections__checks') }}

),

contracts as (

    select * from {{ ref('stg_platform__contracts') }}

),

reports as (

    select * from {{ ref('stg_platform__reports') }}

),

branches as (

    select * from {{ ref('int_branches_mapped') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

components as (

    select * from {{ ref('stg_rulebook__components') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

asked as (

    select fact as fact_code from items
    union
    select divisor_fact as fact_code from components
    where divisor_fact is not null
    union
    select next_fact as fact_code from components
    where next_fact is not null
    union
    select rated_from as fact_code from versions

),

shown as (

    select
        asked.fact_code,
        checks.agency_id,
        checks.task_id as event_key,
        checks.checked_on as occurred_on,
        checks.source,
        checks.dataset,
        checks.source_key,
        checks.row_key,
        checks.received_on,
        checks.file_hash,
        checks.sheet,
        checks.row_number,
        checks.task_id as document_no
    from checks
    inner join asked on asked.fact_code = 'checks'
    where checks.checked_on is not null

    union all

    select
        asked.fact_code,
        contracts.agency_id,
        contracts.project_no as event_key,
        contracts.signed_on as occurred_on,
        contracts.source,
        contracts.dataset,
        contracts.source_key,
        contracts.row_key,
        contracts.received_on,
        contracts.file_hash,
        contracts.sheet,
        contracts.row_number,
        contracts.contract_no as document_no
    from contracts
    inner join asked on asked.fact_code = 'projects'
    where contracts.signed_on is not null and contracts.project_no is not null

    union all

    select
        asked.fact_code,
        reports.agency_id,
        reports.report_no as event_key,
        reports.reported_on as occurred_on,
        reports.source,
        reports.dataset,
        reports.source_key,
        reports.row_key,
        reports.received_on,
        reports.file_hash,
        reports.sheet,
        reports.row_number,
        reports.report_no as document_no
    from reports
    inner join asked on asked.fact_code = 'reports'
    where reports.reported_on is not null

),

owned as (

    select
        shown.*,
        coalesce(branches.agency_id, shown.agency_id) as owner_id
    from shown
    left join branches on shown.agency_id = branches.branch_id

),

ranked as (

    select
        *,
        row_number() over (
            partition by fact_code, owner_id, event_key
            order by occurred_on, received_on, row_key
        ) as occurrence
    from owned

),

scored_facts as (

    select distinct
        versions.rulebook_id,
        items.fact as fact_code
    from items
    inner join versions on items.rulebook_id = versions.rulebook_id

),

final as (

    select
        ranked.fact_code,
        ranked.owner_id as agency_id,
        ranked.event_key,
        ranked.occurred_on,
        versions.rulebook_id,
        scored_facts.fact_code is not null as is_scored,
        ranked.source,
        ranked.dataset,
        ranked.source_key,
        ranked.file_hash,
        ranked.sheet,
        ranked.row_number,
        ranked.document_no
    from ranked
    inner join versions
        on
            ranked.occurred_on >= versions.effective_from_on
            and (versions.effective_until_on is null or ranked.occurred_on < versions.effective_until_on)
    left join scored_facts
        on versions.rulebook_id = scored_facts.rulebook_id and ranked.fact_code = scored_facts.fact_code
    where ranked.occurrence = 1

)

select * from final
