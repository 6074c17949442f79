-- Long: every move that changes what a component gives meets in one sweep; each is a few lines.
-- How much a component's aggregation, divisor, zeroing and cap take away, at each change. Only components for which one
-- of them can take something away are swept.
{% set swept = {
    'summed_hundredths': 'bigint',
    'zeroing_count': 'bigint',
    'divisor_count': 'bigint',
    'chosen_hundredths': 'bigint',
    'version_number': 'bigint'
} %}

with

spans as (

    select * from {{ ref('int_points__standing_spans') }}
    where counted_by is null and standing_until_instant > from_instant

),

check_adjustments as (

    select * from {{ ref('int_points__check_adjustments') }}

),

item_adjustments as (

    select * from {{ ref('int_points__item_adjustments') }}

),

occasion_adjustments as (

    select * from {{ ref('int_points__occasion_adjustments') }}

),

component_choices as (

    select * from {{ ref('int_points__component_choices') }}

),

divisor_spans as (

    select * from {{ ref('int_points__divisor_spans') }}

),

rules as (

    select * from {{ ref('int_points__component_rules') }}

),

versions as (

    select * from {{ ref('int_points__versions') }}

),

component_kinds as (

    select
        component_code,
        min(cap_hundredths) as least_cap_hundredths,
        count(case when aggregation <> 'sum' then 1 end) as special_count
    from rules
    group by component_code

),

groups as (

    select
        spans.agency_no,
        spans.component_code
    from spans
    inner join component_kinds on spans.component_code = component_kinds.component_code
    group by
        spans.agency_no, spans.component_code, component_kinds.least_cap_hundredths, component_kinds.special_count
    having
        sum(abs(spans.points_hundredths)) > component_kinds.least_cap_hundredths
        or component_kinds.special_count > 0
        or count(case when spans.effect = 'zero_component' then 1 end) > 0

),

grouped as (

    select spans.*
    from spans
    inner join groups on spans.agency_no = groups.agency_no and spans.component_code = groups.component_code

),

divided as (

    select divisor_spans.*
    from divisor_spans
    inner join groups
        on divisor_spans.agency_no = groups.agency_no and divisor_spans.component_code = groups.component_code

),

-- what the caps of checks and items take away, before the component's own rules
inner_adjustments as (

    select
        agency_no,
        component_code,
        instant,
        delta_hundredths
    from check_adjustments

    union all

    select
        agency_no,
        component_code,
        instant,
        delta_hundredths
    from item_adjustments

    union all

    select
        agency_no,
        component_code,
        instant,
        delta_hundredths
    from occasion_adjustments

),

moves as (

    {{ span_moves('grouped', ['agency_no', 'component_code'], 'standing_until_instant', {
        'summed_hundredths': 'points_hundredths',
        'zeroing_count': "case when effect = 'zero_component' then 1 else 0 end"
    }, swept) }}

    union all

    select
        inner_adjustments.agency_no,
        inner_adjustments.component_code,
        inner_adjustments.instant,
        {{ deltas({'summed_hundredths': 'inner_adjustments.delta_hundredths'}, swept) }}
    from inner_adjustments
    inner join groups
        on inner_adjustments.agency_no = groups.agency_no and inner_adjustments.component_code = groups.component_code

    union all

    select
        agency_no,
        component_code,
        instant,
        {{ deltas({'chosen_hundredths': 'delta_hundredths'}, swept) }}
    from component_choices

    union all

    {{ span_moves('divided', ['agency_no', 'component_code'], 'until_instant', {'divisor_count': '1'}, swept) }}

    union all

    select
        groups.agency_no,
        groups.component_code,
        versions.from_instant as instant,
        {{ deltas({'version_number': '1'}, swept) }}
    from groups
    cross join versions

),

steps as (

    select
        agency_no,
        component_code,
        instant,
        {{ summed_deltas(swept) }}
    from moves
    group by agency_no, component_code, instant

),

summed as (

    select
        agency_no,
        component_code,
        instant,
        {{ running_sums(swept, 'running') }}
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

{{ quotients('aggregated') }},

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

-- the ledger shows two decimals: rounded to the nearest hundredth; the rest stays in the remainder
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
