-- Each row of evidence with its case (credit.md 6.3), its item (6.5), and whether it scores (6.1, 6.2, 6.12).
with recursive

evidence as (

    select * from {{ ref('int_points__evidence') }}

),

links as (

    select * from {{ ref('int_points__case_links') }}
    where link_state = 'followed'

),

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

),

clause_items as (

    select * from {{ ref('stg_rulebook__clause_items') }}

),

items as (

    select * from {{ ref('stg_rulebook__items') }}

),

item_channels as (

    select * from {{ ref('stg_rulebook__item_channels') }}

),

first_versions as (

    select min(effective_from_on) as effective_from_on
    from rulebooks

),

-- the version in force on each day of a determination; before the first one, the first reads the clause
determination_days as (

    select distinct determined_on
    from evidence

),

versions as (

    select
        determination_days.determined_on,
        rulebooks.rulebook_id,
        determination_days.determined_on < first_versions.effective_from_on as is_before_first
    from determination_days
    cross join first_versions
    inner join rulebooks
        on
            rulebooks.effective_from_on
            <= greatest(determination_days.determined_on, first_versions.effective_from_on)
            and (
                rulebooks.effective_until_on is null
                or rulebooks.effective_until_on
                > greatest(determination_days.determined_on, first_versions.effective_from_on)
            )

),

-- what was written, once each: the map is looked up per wording, not per row
wordings as (

    select distinct
        versions.rulebook_id,
        evidence.dataset,
        evidence.clause,
        evidence.level_code
    from evidence
    inner join versions on evidence.determined_on = versions.determined_on

),

readings as (

    select
        wordings.rulebook_id,
        wordings.dataset,
        wordings.clause,
        wordings.level_code,
        items.item_code,
        items.channels is null as is_any_channel,
        row_number() over (
            partition by wordings.rulebook_id, wordings.dataset, wordings.clause, wordings.level_code
            order by
                coalesce(clause_items.clause, '') = wordings.clause desc,
                clause_items.dataset = wordings.dataset desc,
                clause_items.level_code is not null desc,
                coalesce(items.item_code, '')
        ) as exactness
    from wordings
    inner join clause_items
        on
            wordings.rulebook_id = clause_items.rulebook_id
            and (
                wordings.dataset = clause_items.dataset
                or (clause_items.dataset = '*' and wordings.dataset <> 'merit_claims')
            )
            and (
                coalesce(clause_items.clause, '') = wordings.clause
                or (clause_items.clause = '*' and wordings.clause <> '')
            )
            and (clause_items.level_code is null or wordings.level_code = clause_items.level_code)
    -- an entry may say that a wording is no item, and an item that the warehouse counts itself has no rows
    left join items
        on
            clause_items.rulebook_id = items.rulebook_id
            and clause_items.item_code = items.item_code
            and items.fact = 'evidence'

),

-- 原工单编号, followed to the first
ticket_links as (

    select
        row_key as child_key,
        target_row_key as parent_key
    from links
    where link_kind = 'original_ticket'

),

repeats as (

    select
        first_links.child_key as ticket_key,
        first_links.parent_key as first_key
    from ticket_links as first_links
    left join ticket_links as above on first_links.parent_key = above.child_key
    where above.child_key is null

    union all

    select
        ticket_links.child_key as ticket_key,
        repeats.first_key
    from repeats
    inner join ticket_links on repeats.ticket_key = ticket_links.parent_key

),

-- a repeat leads to its first ticket, a finding to what it came from, a ticket that a check verified to itself
origins as (

    select
        'hotline' as dataset,
        ticket_key as row_key,
        'hotline' as origin_dataset,
        first_key as origin_row_key
    from repeats

    union all

    select
        links.dataset,
        links.row_key,
        links.target_dataset as origin_dataset,
        -- the ticket of a finding may itself repeat another one
        coalesce(repeats.first_key, links.target_row_key) as origin_row_key
    from links
    left join repeats
        on
            links.target_dataset = 'hotline'
            and links.target_row_key = repeats.ticket_key
    where links.link_kind = 'origin'

    union all

    select
        dataset,
        row_key,
        dataset as origin_dataset,
        row_key as origin_row_key
    from links
    where link_kind = 'verified_by_check'

),

-- and from a first ticket to the check that verified it
roots as (

    select
        origins.dataset,
        origins.row_key,
        coalesce(links.target_dataset, origins.origin_dataset) as root_dataset,
        coalesce(links.target_row_key, origins.origin_row_key) as root_row_key
    from origins
    left join links
        on
            links.link_kind = 'verified_by_check'
            and origins.origin_dataset = links.dataset
            and origins.origin_row_key = links.row_key

),

-- rows without a link are their own root, and only the others need to look at another row
root_keys as (

    select
        roots.dataset,
        roots.row_key,
        roots.root_dataset,
        roots.root_row_key,
        evidence.occurred_on,
        evidence.project_key,
        evidence.report_key
    from roots
    inner join evidence
        on
            roots.root_dataset = evidence.dataset
            and roots.root_row_key = evidence.row_key

),

keyed as (

    select
        evidence.*,
        versions.rulebook_id,
        readings.item_code,
        coalesce(versions.is_before_first or evidence.occurred_on < first_versions.effective_from_on, false)
            as is_before_first,
        coalesce(
            readings.is_any_channel
            or item_channels.channel_code is not null
            -- a merit is claimed: it comes through no channel
            or evidence.dataset = 'merit_claims',
            false
        ) as is_channel_listed,
        coalesce(root_keys.root_dataset, evidence.dataset) as root_dataset,
        coalesce(root_keys.root_row_key, evidence.row_key) as root_row_key,
        case when root_keys.row_key is null then evidence.occurred_on else root_keys.occurred_on end
            as root_occurred_on,
        case when root_keys.row_key is null then evidence.project_key else root_keys.project_key end
            as root_project_key,
        case when root_keys.row_key is null then evidence.report_key else root_keys.report_key end
            as root_report_key
    from evidence
    cross join first_versions
    left join versions on evidence.determined_on = versions.determined_on
    left join readings
        on
            versions.rulebook_id = readings.rulebook_id
            and evidence.dataset = readings.dataset
            and evidence.clause = readings.clause
            and coalesce(evidence.level_code, '') = coalesce(readings.level_code, '')
            and readings.exactness = 1
    left join item_channels
        on
            versions.rulebook_id = item_channels.rulebook_id
            and readings.item_code = item_channels.item_code
            and evidence.channel_code = item_channels.channel_code
    left join root_keys
        on
            evidence.dataset = root_keys.dataset
            and evidence.row_key = root_keys.row_key

),

judged as (

    select
        *,
        -- the case key of the root (6.3); a root whose act has no day yet is a case of its own
        case
            when agency_id is null then cast(null as {{ dbt.type_string() }})
            when dataset = 'merit_claims' and document_key is not null
                then {{ surrogate_key([
                    "'merit'", 'agency_id', 'coalesce(item_code, clause)', 'document_key', 'coalesce(person_key, person_mask)'
                ]) }}
            when root_occurred_on is not null and root_project_key is not null
                then {{ surrogate_key(["'project'", 'agency_id', 'root_occurred_on', 'root_project_key']) }}
            when root_occurred_on is not null and root_report_key is not null
                then {{ surrogate_key(["'report'", 'agency_id', 'root_occurred_on', 'root_report_key']) }}
            else {{ surrogate_key(["'row'", 'root_dataset', 'root_row_key']) }}
        end as case_id,
        case
            when decision_code = 'not_final' or determined_on is null then cast(null as {{ dbt.type_string() }})
            when agency_id is null then 'agency_unresolved'
            when dataset in ('checks', 'penalties') and clause = '' then 'clause_missing'
            when decision_code = 'void' then cast(null as {{ dbt.type_string() }})
            when is_before_first then 'before_first_version'
            when item_code is null then 'clause_unmapped'
            when not is_channel_listed then 'channel'
        end as not_scored_reason
    from keyed

),

stated as (

    select
        *,
        case
            when decision_code = 'not_final' then 'not_final'
            when determined_on is null then 'waiting'
            when not_scored_reason is not null then 'not_scored'
            else decision_code
        end as row_state
    from judged

),

final as (

    select
        source,
        dataset,
        source_key,
        row_key,
        file_hash,
        sheet,
        row_number,
        received_on,
        document_no,
        agency_id,
        project_no,
        report_no,
        person_key,
        channel_code,
        clause,
        is_clause_bare,
        level_code,
        item_code,
        rulebook_id,
        occurred_on,
        determined_on,
        row_state,
        not_scored_reason,
        is_decided_not_final,
        case_id,
        root_dataset,
        root_row_key,
        -- rows that score share the line of their case and item; what is void or not scored stands by itself;
        -- nobody's act and an act that names no clause have no line
        case
            when row_state in ('scores', 'disputed')
                then {{ surrogate_key(["'line'", 'case_id', 'item_code']) }}
            when
                row_state = 'void'
                or not_scored_reason in ('before_first_version', 'clause_unmapped', 'channel')
                then {{ surrogate_key(["'row'", 'dataset', 'row_key']) }}
        end as line_id,
        public_until_on,
        reference_key
    from stated

)

select * from final
