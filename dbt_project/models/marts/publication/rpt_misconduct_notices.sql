/* A line stands in the ledger in pieces where another line counts for it on some days: it is public until the last of
them, until its repair, and where penalties alone carry it no longer than their last 公示截止期. */
with

build as (

    select * from {{ ref('int_build_requested') }}

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}
    where
        line_kind in ('misconduct', 'superseded')
        and dataset in ('findings', 'checks', 'penalties', 'hotline', 'media')

),

rules as (

    select * from {{ ref('dim_rules') }}

),

agencies as (

    select * from {{ ref('dim_agencies') }}

),

whole_lines as (

    select
        *,
        max(case when valid_until_on is null then 1 else 0 end) over (
            partition by agency_id, case_id, item_code
        ) as open_count,
        max(valid_until_on) over (partition by agency_id, case_id, item_code) as last_until_on
    from ledger

),

ends as (

    select
        *,
        case
            when repaired_on is not null and (open_count > 0 or repaired_on < last_until_on) then repaired_on
            when open_count = 0 then last_until_on
        end as ended_on
    from whole_lines

),

present as (

    select
        ends.*,
        case
            when ends.public_until_on is null then {{ add_days('ends.ended_on', -1) }}
            when ends.ended_on is null then ends.public_until_on
            else least(ends.public_until_on, {{ add_days('ends.ended_on', -1) }})
        end as last_public_on,
        build.as_of_on
    from ends
    inner join build
        on
            ends.valid_from_on <= build.as_of_on
            and (ends.valid_until_on is null or ends.valid_until_on > build.as_of_on)

),

final as (

    select
        present.line_id,
        present.agency_id,
        agencies.agency_name,
        present.item_code,
        rules.clause,
        rules.title_zh,
        present.source,
        present.dataset,
        {{ public_code('present.source_key') }} as source_key,
        present.determined_on,
        present.last_public_on as public_until_on,
        present.is_disputed,
        present.disputed_since_on,
        present.counted_by_line_id,
        coalesce(rules.is_provisional, false) as is_provisional
    from present
    left join rules
        on
            present.rulebook_id = rules.rulebook_id
            and present.item_code = rules.item_code
    left join agencies
        on present.agency_id = agencies.agency_id
    where present.last_public_on is null or present.last_public_on >= present.as_of_on

)

select * from final
