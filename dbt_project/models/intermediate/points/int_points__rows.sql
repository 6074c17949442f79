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
    where determined_on is not null

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

dated as (

    select
        evidence.*,
        versions.rulebook_id,
        coalesce(versions.is_before_first or evidence.occurred_on < first_versions.effective_from_on, false)
            as is_before_first
    from evidence
    cross join first_versions
    left join versions on versions.determined_on = evidence.determined_on

),

-- what was written, once each: the map is looked up per wording, not per row
wordings as (

    select distinct
        rulebook_id,
        dataset,
        clause,
        level_code
    from dated
    where rulebook_id is not null

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
                case when coalesce(clause_items.clause, '') = wordings.clause then 0 else 1 end,
                case when clause_items.dataset = wordings.dataset then 0 else 1 end,
                case when clause_items.level_code is not null then 0 else 1 end,
                coalesce(items.item_code, '')
        ) as exactness
    from wordings
    inner join clause_items
        on
            clause_items.rulebook_id = wordings.rulebook_id
            and (
                clause_items.dataset = wordings.dataset
                or (clause_items.dataset = '*' and wordings.dataset <> 'merit_claims')
            )
            and (
                coalesce(clause_items.clause, '') = wordings.clause
                or (clause_items.clause = '*' and wordings.clause <> '')
            )
            and (clause_items.level_code is null or clause_items.level_code = wordings.level_code)
    -- an entry may say that a wording is no item, and an item that the warehouse counts itself has no rows
    left join items
        on
            items.rulebook_id = clause_items.rulebook_id
            and items.item_code = clause_items.item_code
            and items.fact = 'evidence'

),

read_rows as (

    select
        dated.*,
        readings.item_code,
        coalesce(
            readings.is_any_channel
            or item_channels.channel_code is not null
            -- a merit is claimed: it comes through no channel
            or dated.dataset = 'merit_claims',
            false
        ) as is_channel_listed
    from dated
    left join readings
        on
            readings.rulebook_id = dated.rulebook_id
            and readings.dataset = dated.dataset
            and readings.clause = dated.clause
            and coalesce(readings.level_code, '') = coalesce(dated.level_code, '')
            and readings.exactness = 1
    left join item_channels
        on
            item_channels.rulebook_id = dated.rulebook_id
            and item_channels.item_code = readings.item_code
            and item_channels.channel_code = dated.channel_code

),

-- the key of each row by itself, before any link
keyed as (

    select
        *,
        case
            when agency_id is null then cast(null as {{ dbt.type_string() }})
            when dataset = 'merit_claims' and document_no is not null
                then {{ surrogate_key([
                    "'merit'", 'agency_id', 'coalesce(item_code, clause)', 'document_no', 'coalesce(person_key, person_mask)'
                ]) }}
            when project_no is not null
                then {{ surrogate_key(["'project'", 'agency_id', 'occurred_on', 'project_no']) }}
            when report_no is not null
                then {{ surrogate_key(["'report'", 'agency_id', 'occurred_on', 'report_no']) }}
            else {{ surrogate_key(["'row'", 'dataset', 'row_key']) }}
        end as own_case_id
    from read_rows

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
    left join ticket_links as above on above.child_key = first_links.parent_key
    where above.child_key is null

    union all

    select
        ticket_links.child_key as ticket_key,
        repeats.first_key
    from repeats
    inner join ticket_links on ticket_links.parent_key = repeats.ticket_key

),

-- where each row's own link leads: a ticket to its first, a finding to what it came from
origins as (

    select
        keyed.dataset,
        keyed.row_key,
        coalesce(
            case when repeats.first_key is not null then 'hotline' end, links.target_dataset, keyed.dataset
        ) as origin_dataset,
        coalesce(repeats.first_key, links.target_row_key, keyed.row_key) as origin_row_key
    from keyed
    left join repeats
        on
            keyed.dataset = 'hotline'
            and repeats.ticket_key = keyed.row_key
    left join links
        on
            links.dataset = keyed.dataset
            and links.row_key = keyed.row_key
            and links.link_kind = 'origin'

),

-- a finding's ticket may repeat another one
first_origins as (

    select
        origins.dataset,
        origins.row_key,
        origins.origin_dataset,
        coalesce(repeats.first_key, origins.origin_row_key) as origin_row_key
    from origins
    left join repeats
        on
            origins.origin_dataset = 'hotline'
            and repeats.ticket_key = origins.origin_row_key

),

-- and a first ticket may have been verified by a check
roots as (

    select
        first_origins.dataset,
        first_origins.row_key,
        coalesce(links.target_dataset, first_origins.origin_dataset) as root_dataset,
        coalesce(links.target_row_key, first_origins.origin_row_key) as root_row_key
    from first_origins
    left join links
        on
            links.link_kind = 'verified_by_check'
            and links.dataset = first_origins.origin_dataset
            and links.row_key = first_origins.origin_row_key

),

judged as (

    select
        keyed.*,
        root_rows.own_case_id as case_id,
        roots.root_dataset,
        roots.root_row_key,
        case
            when keyed.decision_code = 'not_final' or keyed.determined_on is null
                then cast(null as {{ dbt.type_string() }})
            when keyed.agency_id is null then 'agency_unresolved'
            when keyed.dataset in ('checks', 'penalties') and keyed.clause = '' then 'clause_missing'
            when keyed.decision_code = 'void' then cast(null as {{ dbt.type_string() }})
            when keyed.is_before_first then 'before_first_version'
            when keyed.item_code is null then 'clause_unmapped'
            when not keyed.is_channel_listed then 'channel'
        end as not_scored_reason
    from keyed
    inner join roots
        on
            roots.dataset = keyed.dataset
            and roots.row_key = keyed.row_key
    inner join keyed as root_rows
        on
            root_rows.dataset = roots.root_dataset
            and root_rows.row_key = roots.root_row_key

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
