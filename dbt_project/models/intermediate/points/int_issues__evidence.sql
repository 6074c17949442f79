-- What the desk should look at in decided rows and their links (credit.md 6.1–6.5, 6.12), and in clauses, decided or
-- not. The only text of a cell here is a clause that the rulebook does not know; it is short and masked at the door.
-- File, sheet and row lead back to the rest.
with

evidence_rows as (

    select * from {{ ref('int_points__rows') }}

),

case_links as (

    select * from {{ ref('int_points__case_links') }}

),

-- one wording per row, whatever its items
readings as (

    select * from {{ ref('int_points__clauses_read') }}
    where item_number = 1

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

-- a row that waits for its determination is read by today's version; before the first version, by the first
present_versions as (

    select versions.rulebook_id
    from versions
    inner join build
        on
            (versions.version_number = 1 or versions.effective_from_on <= build.as_of_on)
            and (versions.effective_until_on is null or versions.effective_until_on > build.as_of_on)

),

clauses_looked_up as (

    select
        evidence_rows.source,
        evidence_rows.dataset,
        evidence_rows.source_key,
        evidence_rows.agency_id,
        evidence_rows.file_hash,
        evidence_rows.sheet,
        evidence_rows.row_number,
        evidence_rows.clause,
        evidence_rows.level_code,
        coalesce(evidence_rows.not_scored_reason = 'clause_unmapped', false) as is_without_item,
        readings.clause is null and evidence_rows.clause <> '' as is_unknown,
        readings.full_clause
    from evidence_rows
    cross join present_versions
    left join readings
        on
            coalesce(evidence_rows.rulebook_id, present_versions.rulebook_id) = readings.rulebook_id
            and evidence_rows.dataset = readings.dataset
            and evidence_rows.clause = readings.clause
            and coalesce(evidence_rows.level_code, '') = coalesce(readings.level_code, '')
    where evidence_rows.item_number = 1

),

-- one issue per row and reason, though several of its items may give it
row_issues as (

    select distinct
        case
            when row_state = 'waiting' then 'determination_date_missing'
            when row_state = 'not_final' then 'not_final'
            else not_scored_reason
        end as issue_code,
        source,
        dataset,
        source_key,
        agency_id,
        file_hash,
        sheet,
        row_number,
        case
            when row_state = 'waiting' then 'Decided without a determination date: waits for it and does not score.'
            when row_state = 'not_final' then 'Decided but not final: does not score until it is.'
            when not_scored_reason = 'agency_unresolved'
                then 'Decided, but the agency it is about is not identified: does not score.'
            when not_scored_reason = 'clause_missing' then 'Decided without a clause: scores nothing.'
            when not_scored_reason = 'before_first_version'
                then 'The act or its determination lies before the first version of the rulebook: not scored.'
            when not_scored_reason = 'points_missing'
                then 'The item takes its points from the row, and 扣分 is empty: not scored. Fill the cell in.'
            when not_scored_reason = 'points_off_step'
                then 'The item takes its points from the row, and 扣分 is off the step of scores: not scored. Correct the cell.'
            else 'The item does not list the channel through which this row came: not scored.'
        end as detail
    from evidence_rows
    where
        row_state = 'waiting'
        or (row_state = 'not_scored' and not_scored_reason <> 'clause_unmapped')
        or (row_state = 'not_final' and is_decided_not_final)

),

clause_issues as (

    select
        case when is_unknown or is_without_item then 'clause_unmapped' else 'clause_bare' end as issue_code,
        source,
        dataset,
        source_key,
        agency_id,
        file_hash,
        sheet,
        row_number,
        case
            when is_unknown or is_without_item
                then
                    'The rulebook in force maps ' || coalesce('the clause ' || nullif(clause, ''), 'an empty clause')
                    || coalesce(', level ' || level_code || ',', '') || ' to no item: does not score.'
            else 'The clause is written without its sub-item and was read as ' || full_clause || '.'
        end as detail
    from clauses_looked_up
    where is_unknown or is_without_item or full_clause is not null

),

link_issues as (

    select
        concat('link_', case_links.link_state) as issue_code,
        evidence_rows.source,
        evidence_rows.dataset,
        evidence_rows.source_key,
        evidence_rows.agency_id,
        evidence_rows.file_hash,
        evidence_rows.sheet,
        evidence_rows.row_number,
        case case_links.link_state
            when 'unknown' then 'The number that this row names as its origin stands for no single row: link ignored.'
            when 'other_agency' then 'The row that this row names as its origin is about another agency: link ignored.'
            when 'unresolved_agency'
                then 'The row that this row names as its origin is about nobody identified: link ignored.'
            else 'The original tickets name each other in a ring: every link of the ring is ignored.'
        end as detail
    from case_links
    inner join evidence_rows
        on
            case_links.dataset = evidence_rows.dataset
            and case_links.row_key = evidence_rows.row_key
            and evidence_rows.item_number = 1
    where case_links.link_state in ('unknown', 'other_agency', 'unresolved_agency', 'ring')

),

final as (

    select * from row_issues

    union all

    select * from clause_issues

    union all

    select * from link_issues

)

select * from final
