-- For each linked row, the row whose case it joins, and what names that case (credit.md 6.3). A row without a link is
-- its own root and is not listed.
with recursive

evidence as (

    select * from {{ ref('int_points__evidence') }}

),

links as (

    select * from {{ ref('int_points__case_links') }}
    where link_state = 'followed'

),

-- 原工单编号, followed to the first ticket
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

-- a repeat leads to its first ticket, a finding to its origin, a ticket that a check verified to itself
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
        -- the ticket of a finding may itself repeat another ticket
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

-- from a first ticket on to the check that verified it
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

final as (

    select
        roots.dataset,
        roots.row_key,
        roots.root_dataset,
        roots.root_row_key,
        evidence.occurred_on,
        evidence.project_no,
        evidence.report_no,
        evidence.task_id
    from roots
    inner join evidence
        on
            roots.root_dataset = evidence.dataset
            and roots.root_row_key = evidence.row_key

)

select * from final
