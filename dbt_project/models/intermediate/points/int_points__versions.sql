-- The versions of the regime in time, with the rules of each that apply to a whole score.
with

rulebooks as (

    select * from {{ ref('stg_rulebook__rulebooks') }}

),

final as (

    select
        rulebook_id,
        cast(row_number() over (order by effective_from_on, rulebook_id) as bigint) as version_number,
        effective_from_on,
        effective_until_on,
        {{ instant('effective_from_on', 'rulebook') }} as from_instant,
        coalesce({{ instant('effective_until_on', 'rulebook') }}, {{ end_of_time() }}) as until_instant,
        {{ hundredths('base_points') }} as base_hundredths,
        case
            when rounding = 'half_up' then coalesce({{ hundredths('score_step') }}, 1)
            else 1
        end as step_hundredths,
        same_act,
        rated_from,
        window_last_day,
        is_provisional
    from rulebooks

)

select * from final
