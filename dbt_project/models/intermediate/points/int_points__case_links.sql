-- The links by which a row says that it belongs to the case of another (credit.md 6.3), and whether each is followed.
-- At most one link per row is followed, so links form a forest. 原工单编号 comes before the check that verified the ticket.
with recursive

evidence as (

    select * from {{ ref('int_points__evidence') }}

),

verified as (

    select * from {{ ref('int_points__tickets_verified') }}

),

-- every number that a link may name, by kind; a number of two rows names neither
numbered as (

    select
        case dataset
            when 'hotline' then 1
            when 'media' then 2
            else 3
        end as kind_rank,
        dataset,
        stated_number,
        any_value(row_key) as row_key,
        any_value(agency_id) as agency_id
    from evidence
    where dataset in ('hotline', 'media', 'checks')
    group by dataset, stated_number
    having count(*) = 1

    union all

    select
        4 as kind_rank,
        dataset,
        task_id as stated_number,
        any_value(row_key) as row_key,
        any_value(agency_id) as agency_id
    from evidence
    where dataset = 'checks'
    group by dataset, task_id
    having count(*) = 1

),

stated as (

    select
        dataset,
        row_key,
        agency_id,
        linked_number,
        case dataset when 'hotline' then 'original_ticket' else 'origin' end as link_kind
    from evidence
    where agency_id is not null and linked_number is not null

),

matched as (

    select
        stated.dataset,
        stated.row_key,
        stated.agency_id,
        stated.link_kind,
        numbered.dataset as target_dataset,
        numbered.row_key as target_row_key,
        numbered.kind_rank,
        case
            -- a finding may come from a lead or a conflict: its number is known, but it is no row of evidence
            when
                numbered.row_key is null
                and length(stated.linked_number) = 32
                and translate(stated.linked_number, '0123456789ABCDEF', '') = ''
                then 'lead'
            when numbered.row_key is null then 'unknown'
            when numbered.agency_id is null then 'unresolved_agency'
            when numbered.agency_id <> stated.agency_id then 'other_agency'
            else 'followed'
        end as link_state
    from stated
    left join numbered
        on
            stated.linked_number = numbered.stated_number
            and (stated.link_kind = 'origin' or numbered.dataset = 'hotline')

),

ranked as (

    select
        *,
        row_number() over (
            partition by dataset, row_key
            order by link_state = 'followed' desc, coalesce(kind_rank, 0)
        ) as preference
    from matched

),

chosen as (

    select * from ranked
    where preference = 1

),

-- only 原工单编号 can form a ring: no other link leads to a row that has links
ticket_links as (

    select
        row_key as child_key,
        target_row_key as parent_key,
        agency_id
    from chosen
    where link_kind = 'original_ticket' and link_state = 'followed'

),

first_tickets as (

    select distinct ticket_links.parent_key as ticket_key
    from ticket_links
    left join ticket_links as above on ticket_links.parent_key = above.child_key
    where above.child_key is null

),

-- downwards from each first ticket: each repeat is reached once
reached as (

    select ticket_key from first_tickets

    union all

    select ticket_links.child_key as ticket_key
    from reached
    inner join ticket_links on reached.ticket_key = ticket_links.parent_key

),

-- tickets that no first ticket reaches lead into a ring
unreached_tickets as (

    select
        ticket_links.child_key,
        ticket_links.parent_key,
        count(*) over (partition by ticket_links.agency_id) as agency_count
    from ticket_links
    left join reached on ticket_links.child_key = reached.ticket_key
    where reached.ticket_key is null

),

-- a ticket of the ring comes back to itself; one that only leads into it does not
walked as (

    select
        child_key as start_key,
        parent_key as at_key,
        cast(1 as bigint) as step_count,
        agency_count
    from unreached_tickets

    union all

    select
        walked.start_key,
        unreached_tickets.parent_key as at_key,
        walked.step_count + 1 as step_count,
        walked.agency_count
    from walked
    inner join unreached_tickets on walked.at_key = unreached_tickets.child_key
    where walked.at_key <> walked.start_key and walked.step_count < walked.agency_count

),

ring_tickets as (

    select distinct start_key as ticket_key
    from walked
    where at_key = start_key

),

stated_links as (

    select
        chosen.dataset,
        chosen.row_key,
        chosen.agency_id,
        chosen.link_kind,
        case when ring_tickets.ticket_key is not null then 'ring' else chosen.link_state end as link_state,
        chosen.target_dataset,
        chosen.target_row_key
    from chosen
    left join ring_tickets
        on
            chosen.link_kind = 'original_ticket'
            and chosen.row_key = ring_tickets.ticket_key

),

verified_links as (

    select
        'hotline' as dataset,
        verified.row_key,
        verified.agency_id,
        'verified_by_check' as link_kind,
        case when stated_links.row_key is null then 'followed' else 'overridden' end as link_state,
        'checks' as target_dataset,
        verified.check_row_key as target_row_key
    from verified
    left join stated_links
        on
            stated_links.dataset = 'hotline'
            and verified.row_key = stated_links.row_key
            and stated_links.link_state = 'followed'

),

final as (

    select * from stated_links

    union all

    select * from verified_links

)

select * from final
