-- Two codes that decisions call the same: one row, whichever code they name first and however often they say it. A
-- detector's explanation holds from the decision's day.
with

decisions as (

    select * from {{ ref('int_decisions_applied') }}

),

build as (

    select * from {{ ref('int_build_requested') }}

),

-- a USCC has 18 characters, and no dataset's name before a colon
stated as (

    select
        upper(substring(decisions.object_id, 1, 18)) as first_id,
        upper(substring(decisions.object_id, 20, 18)) as second_id
    from decisions
    cross join build
    where
        decisions.object_type = 'identity'
        and decisions.decision_code = 'same_person'
        and decisions.decided_on <= build.as_of_on
        and length(decisions.object_id) = 37
        and substring(decisions.object_id, 19, 1) = '='
        and substring(decisions.object_id, 1, 18) not like '%:%'

),

final as (

    select distinct
        least(first_id, second_id) as employer_a_id,
        greatest(first_id, second_id) as employer_b_id
    from stated
    where first_id <> second_id

)

select * from final
