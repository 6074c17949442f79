-- A notice of misconduct that is in force and within its publicity term (credit.md 6.13) on as_of_on.
with

build as (

    select * from {{ ref('int_build_requested') }}

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}
    where {{ is_notice() }}

),

rules as (

    select * from {{ ref('dim_rules') }}

),

agencies as (

    select * from {{ ref('dim_agencies') }}

),

{{ publicity_terms('ledger') }},

present as (

    select
        termed.*,
        build.as_of_on
    from termed
    inner join build
        on
            termed.valid_from_on <= build.as_of_on
            and (termed.valid_until_on is null or termed.valid_until_on > build.as_of_on)

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
