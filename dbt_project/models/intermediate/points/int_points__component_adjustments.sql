-- What a component's aggregation, divisor, zeroing and cap take away, as it changes. Only components are swept in
-- which one of them can take something away.
with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where counted_by is null and standing_until_instant > from_instant

),

item_adjustments as (

    select * from {{ ref('int_points__item_adjustments') }}

),

events as (

    select * from {{ ref('int_points__fact_events') }}

),

starts as (

    select * from {{ ref('int_points__agency_starts') }}

),

rules as (

    select * from {{ ref('int_points__component_rules') }}

),

item_rules as (

    select * from {{ ref('int_points__item_rules') }}

),

policies as (

    select * from {{ ref('stg_rulebook__repair_policy') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

component_kinds as (

    select
        component_code,
        min(cap_hundredths) as least_cap_hundredths,
        count(case when aggregation <> 'sum' then 1 end) as special_count,
        count(case when aggregation in ('latest', 'max') then 1 end) as choosing_count
    from rules
    group by component_code

),

groups as (

    select
        spans.agency_no,
        spans.component_code,
        component_kinds.choosing_count
    from spans
    inner join component_kinds on spans.component_code = component_kinds.component_code
    group by
        spans.agency_no, spans.component_code, component_kinds.least_cap_hundredths, component_kinds.special_count,
        component_kinds.choosing_count
    having
        sum(abs(spans.points_hundredths)) > component_kinds.least_cap_hundredths
        or component_kinds.special_count > 0
        or count(case when spans.effect = 'zero_component' then 1 end) > 0

),

grouped as (

    select
        spans.*,
        groups.choosing_count
    from spans
    inner join groups on spans.agency_no = groups.agency_no and spans.component_code = groups.component_code

),

-- latest, max: the line that speaks for the component between two changes of it
choosing as (

    select * from grouped
    where choosing_count > 0 and (effect = 'points' or points_hundredths <> 0)

),

cuts as (

    select
        agency_no,
        component_code,
        from_instant as instant
    from choosing
    union
    select
        agency_no,
        component_code,
        standing_until_instant as instant
    from choosing
    where standing_until_instant < {{ never() }}
    union
    select
        groups.agency_no,
        groups.component_code,
        versions.from_instant as instant
    from groups
    cross join versions
    where groups.choosing_count > 0

),

candidates as (

    select
        cuts.agency_no,
        cuts.component_code,
        cuts.instant,
        choosing.line_id,
        choosing.item_code,
        choosing.case_id,
        choosing.clock_start_on,
        choosing.points_hundredths,
        rules.aggregation,
        item_rules.cap_hundredths as item_cap_hundredths
    from cuts
    inner join choosing
        on
            cuts.agency_no = choosing.agency_no
            and cuts.component_code = choosing.component_code
            and cuts.instant >= choosing.from_instant
            and cuts.instant < choosing.standing_until_instant
    inner join versions on cuts.instant >= versions.from_instant and cuts.instant < versions.until_instant
    inner join rules
        on versions.version_number = rules.version_number and cuts.component_code = rules.component_code
    inner join item_rules
        on versions.version_number = item_rules.version_number and choosing.item_code = item_rules.item_code

),

ranked as (

    select
        *,
        row_number() over (
            partition by agency_no, component_code, instant
            order by {{ component_order('candidates') }}
        ) as place
    from candidates

),

chosen as (

    select
        cuts.agency_no,
        cuts.component_code,
        cuts.instant,
        coalesce({{ clipped('ranked.points_hundredths', 'ranked.item_cap_hundredths') }}, 0) as chosen_hundredths
    from cuts
    left join ranked
        on
            cuts.agency_no = ranked.agency_no
            and cuts.component_code = ranked.component_code
            and cuts.instant = ranked.instant
            and ranked.place = 1

),

chosen_moves as (

    select
        agency_no,
        component_code,
        instant,
        chosen_hundredths - coalesce(
            lag(chosen_hundredths) over (partition by agency_no, component_code order by instant), 0
        ) as delta
    from chosen

),

-- an event is in a divisor as long as it would be in the component's window under the version of the day
divided as (

    select
        rules.component_code,
        rules.divisor_fact,
        case when policies.natural_repair = 'none' then 'lifetime' else rules.window_code end as window_code,
        versions.window_last_day,
        versions.from_instant as version_from_instant,
        versions.until_instant as version_until_instant
    from rules
    inner join versions on rules.version_number = versions.version_number
    left join policies on versions.rulebook_id = policies.rulebook_id
    where rules.aggregation = 'sum_over_count' and rules.divisor_fact is not null

),

dividing as (

    select
        starts.agency_no,
        divided.component_code,
        greatest({{ instant('events.occurred_on', 'fact') }}, divided.version_from_instant) as from_instant,
        least(
            coalesce(
                {{ instant(
                    evaluation_window('divided.window_code', 'events.occurred_on', 'divided.window_last_day'), 'expiry'
                ) }},
                {{ never() }}
            ),
            divided.version_until_instant
        ) as until_instant
    from divided
    inner join events on divided.divisor_fact = events.fact_code
    inner join starts on events.agency_id = starts.agency_id
    inner join groups
        on starts.agency_no = groups.agency_no and divided.component_code = groups.component_code

),

moves as (

    select
        agency_no,
        component_code,
        from_instant as instant,
        points_hundredths as summed_delta,
        case when effect = 'zero_component' then 1 else 0 end as zeroing_delta,
        0 as divisor_delta,
        0 as chosen_delta,
        0 as version_delta
    from grouped

    union all

    select
        agency_no,
        component_code,
        standing_until_instant as instant,
        -points_hundredths as summed_delta,
        case when effect = 'zero_component' then -1 else 0 end as zeroing_delta,
        0 as divisor_delta,
        0 as chosen_delta,
        0 as version_delta
    from grouped
    where standing_until_instant < {{ never() }}

    union all

    select
        item_adjustments.agency_no,
        item_adjustments.component_code,
        item_adjustments.instant,
        item_adjustments.delta_hundredths as summed_delta,
        0 as zeroing_delta,
        0 as divisor_delta,
        0 as chosen_delta,
        0 as version_delta
    from item_adjustments
    inner join groups
        on item_adjustments.agency_no = groups.agency_no and item_adjustments.component_code = groups.component_code

    union all

    select
        agency_no,
        component_code,
        instant,
        0 as summed_delta,
        0 as zeroing_delta,
        0 as divisor_delta,
        delta as chosen_delta,
        0 as version_delta
    from chosen_moves

    union all

    select
        agency_no,
        component_code,
        from_instant as instant,
        0 as summed_delta,
        0 as zeroing_delta,
        1 as divisor_delta,
        0 as chosen_delta,
        0 as version_delta
    from dividing
    where from_instant < until_instant

    union all

    select
        agency_no,
        component_code,
        until_instant as instant,
        0 as summed_delta,
        0 as zeroing_delta,
        -1 as divisor_delta,
        0 as chosen_delta,
        0 as version_delta
    from dividing
    where from_instant < until_instant and until_instant < {{ never() }}

    union all

    select
        groups.agency_no,
        groups.component_code,
        versions.from_instant as instant,
        0 as summed_delta,
        0 as zeroing_delta,
        0 as divisor_delta,
        0 as chosen_delta,
        1 as version_delta
    from groups
    cross join versions

),

steps as (

    select
        agency_no,
        component_code,
        instant,
        sum(summed_delta) as summed_delta,
        sum(zeroing_delta) as zeroing_delta,
        sum(divisor_delta) as divisor_delta,
        sum(chosen_delta) as chosen_delta,
        sum(version_delta) as version_delta
    from moves
    group by agency_no, component_code, instant

),

summed as (

    select
        agency_no,
        component_code,
        instant,
        cast(sum(summed_delta) over running as bigint) as summed_hundredths,
        cast(sum(zeroing_delta) over running as bigint) as zeroing_count,
        cast(sum(divisor_delta) over running as bigint) as divisor_count,
        cast(sum(chosen_delta) over running as bigint) as chosen_hundredths,
        cast(sum(version_delta) over running as bigint) as version_number
    from steps
    window running as (partition by agency_no, component_code order by instant rows unbounded preceding)

),

aggregated as (

    select
        summed.agency_no,
        summed.component_code,
        summed.instant,
        summed.summed_hundredths,
        rules.cap_hundredths,
        {{ component_amount(
            'rules.aggregation', 'summed.summed_hundredths', 'summed.chosen_hundredths', 'summed.zeroing_count'
        ) }} as amount,
        {{ component_divisor('rules.aggregation', 'summed.divisor_count') }} as divisor
    from summed
    inner join rules
        on summed.version_number = rules.version_number and summed.component_code = rules.component_code

),

quotients as (

    select
        *,
        {{ floor_quotient('amount', 'divisor') }} as whole
    from aggregated

),

remainders as (

    select
        *,
        {{ quotient_remainder('amount', 'whole', 'divisor') }} as remainder
    from quotients

),

capped as (

    select
        agency_no,
        component_code,
        instant,
        summed_hundredths,
        {{ capped_whole('whole', 'cap_hundredths') }} as whole,
        {{ capped_remainder('whole', 'remainder', 'cap_hundredths') }} as remainder
    from remainders

),

-- the ledger shows two decimals: the nearest hundredth; what is left over stays with the remainder
shown as (

    select
        agency_no,
        component_code,
        instant,
        whole + case when remainder * 2 >= {{ remainder_units() }} then 1 else 0 end - summed_hundredths
            as adjustment_hundredths,
        remainder - case when remainder * 2 >= {{ remainder_units() }} then {{ remainder_units() }} else 0 end
            as remainder
    from capped

),

compared as (

    select
        *,
        coalesce(lag(adjustment_hundredths) over ordered, 0) as previous_hundredths,
        coalesce(lag(remainder) over ordered, 0) as previous_remainder
    from shown
    window ordered as (partition by agency_no, component_code order by instant)

),

final as (

    select
        agency_no,
        component_code,
        instant,
        adjustment_hundredths,
        adjustment_hundredths - previous_hundredths as delta_hundredths,
        remainder - previous_remainder as delta_remainder
    from compared
    where adjustment_hundredths <> previous_hundredths or remainder <> previous_remainder

)

select * from final
