-- Quarantined rows and what they name, in any way: by code; by a present or former name of an agency; by a decision
-- that a complaint of that number is the agency's (and none that it is not); through the row of their key; or, for a
-- decision, by the id of its object. A code with one wrong character, and numbers in other rows, are used only where no
-- name is found: a number does not prove whose the row is.
{%- set place = ['source', 'dataset', 'received_on', 'file_hash', 'file_position'] %}
with

quarantined as (

    select * from {{ ref('int_rows_quarantined') }}

),

names as (

    select * from {{ ref('stg_lake__quarantined_names') }}
    where name_hash is not null

),

agency_names as (

    select
        md5(name_key) as name_hash,
        agency_id
    from {{ ref('int_agency_names') }}

),

judged as (

    select
        dataset,
        md5(complaint_id) as row_key_hash,
        agency_id,
        decision_code,
        recency
    from {{ ref('int_complaints_judged') }}

),

linked as (

    select * from {{ ref('int_rows_linked') }}

),

by_name as (

    select distinct
        {{ columns('quarantined', place) }},
        agency_names.agency_id
    from quarantined
    inner join names
        on
            quarantined.source = names.source
            and quarantined.dataset = names.dataset
            and quarantined.received_on = names.received_on
            and quarantined.file_hash = names.file_hash
            and quarantined.file_position = names.file_position
    inner join agency_names
        on names.name_hash = agency_names.name_hash
    left join judged
        on
            quarantined.dataset = judged.dataset
            and quarantined.row_key_hash = judged.row_key_hash
            and agency_names.agency_id = judged.agency_id
            and judged.decision_code = 'different_person'
    where judged.agency_id is null

),

by_link as (

    select
        {{ columns('linked', place) }},
        linked.agency_id,
        case when linked.link_basis = 'number' then 3 else 2 end as basis_rank
    from linked
    left join (
        select distinct {{ place | join(', ') }}
        from by_name
    ) as in_words
        on
            linked.source = in_words.source
            and linked.dataset = in_words.dataset
            and linked.received_on = in_words.received_on
            and linked.file_hash = in_words.file_hash
            and linked.file_position = in_words.file_position
    where
        linked.link_basis = 'key'
        or in_words.file_hash is null

),

agencies as (

    select
        {{ place | join(', ') }},
        agency_id,
        min(basis_rank) as basis_rank
    from (
        select
            {{ place | join(', ') }},
            agency_id,
            1 as basis_rank
        from quarantined
        where agency_id is not null
        union all
        select
            *,
            2 as basis_rank
        from by_name
        union all
        select
            {{ columns('quarantined', place) }},
            judged.agency_id,
            2 as basis_rank
        from quarantined
        inner join judged
            on
                quarantined.dataset = judged.dataset
                and quarantined.row_key_hash = judged.row_key_hash
        where
            judged.decision_code = 'same_person'
            and judged.recency = 1
        union all
        select * from by_link
    ) as named
    group by {{ place | join(', ') }}, agency_id

),

-- once per person
whole_rows as (

    select distinct
        {{ place | join(', ') }},
        file_name,
        sheet,
        row_number,
        reason_code,
        header,
        person_key,
        is_replaced
    from quarantined

),

objects as (

    select
        source,
        dataset,
        received_on,
        file_hash,
        file_position,
        min(name_hash) as object_hash
    from names
    where dataset = 'decisions'
    group by source, dataset, received_on, file_hash, file_position

),

final as (

    select
        whole_rows.source,
        whole_rows.dataset,
        whole_rows.received_on,
        whole_rows.file_name,
        whole_rows.file_hash,
        whole_rows.sheet,
        whole_rows.row_number,
        whole_rows.file_position,
        whole_rows.reason_code,
        whole_rows.header,
        agencies.agency_id,
        whole_rows.person_key,
        objects.object_hash,
        coalesce(agencies.basis_rank = 1, false) as is_named_by_code,
        coalesce(agencies.basis_rank < 3, false) as is_named_itself,
        whole_rows.is_replaced
    from whole_rows
    left join agencies
        on
            whole_rows.source = agencies.source
            and whole_rows.dataset = agencies.dataset
            and whole_rows.received_on = agencies.received_on
            and whole_rows.file_hash = agencies.file_hash
            and whole_rows.file_position = agencies.file_position
    left join objects
        on
            whole_rows.source = objects.source
            and whole_rows.dataset = objects.dataset
            and whole_rows.received_on = objects.received_on
            and whole_rows.file_hash = objects.file_hash
            and whole_rows.file_position = objects.file_position

)

select * from final
