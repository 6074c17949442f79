-- What the desk should look at in decided rows and in their links (credit.md 6.1–6.5, 6.12). No text of a cell stands
-- here: file, sheet and row lead back to it.
with

evidence_rows as (

    select * from {{ ref('int_points__rows') }}

),

case_links as (

    select * from {{ ref('int_points__case_links') }}

),

row_issues as (

    select
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
            when not_scored_reason = 'clause_unmapped'
                then 'The rulebook in force maps this clause to no item: not scored.'
            else 'The item does not list the channel through which this row came: not scored.'
        end as detail
    from evidence_rows
    where
        row_state in ('waiting', 'not_scored')
        or (row_state = 'not_final' and is_decided_not_final)

),

bare_clauses as (

    select
        'clause_bare' as issue_code,
        source,
        dataset,
        source_key,
        agency_id,
        file_hash,
        sheet,
        row_number,
        'The clause is written without its letter and was read as b.' as detail
    from evidence_rows
    where is_clause_bare

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
    where case_links.link_state in ('unknown', 'other_agency', 'unresolved_agency', 'ring')

),

final as (

    select * from row_issues

    union all

    select * from bare_clauses

    union all

    select * from link_issues

)

select * from final
