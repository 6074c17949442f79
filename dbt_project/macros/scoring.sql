{#
The arithmetic of a day (format.md, "Order on a day"), each rule once, for the sweep and the repair gate. Amounts are whole
hundredths of a point; a quotient carries its remainder in units of 10^-12 hundredths, so nothing is rounded before the
score is.
#}
{% macro hundredths(points) -%}
    cast({{ points }} * 100 as bigint)
{%- endmacro %}

{% macro from_hundredths(hundredths) -%}
    cast(cast({{ hundredths }} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(9, 2))
{%- endmacro %}

{# Units per hundredth in which a remainder is kept. #}
{% macro remainder_units() -%}
    1000000000000
{%- endmacro %}

{# a / b rounded down, also below zero; b > 0. #}
{% macro floor_quotient(a, b) -%}
    {{ whole_quotient('(' ~ a ~ ') - ((((' ~ a ~ ') % (' ~ b ~ ')) + (' ~ b ~ ')) % (' ~ b ~ '))', b) }}
{%- endmacro %}

{% macro clipped(amount, cap) -%}
    case
        when {{ amount }} > {{ cap }} then {{ cap }}
        when {{ amount }} < -{{ cap }} then -{{ cap }}
        else {{ amount }}
    end
{%- endmacro %}

{# The order in which lines of a case count: costliest, then determined earliest, then lowest item code (credit.md 6.4). #}
{% macro case_order(line) -%}
    abs({{ line }}.points_hundredths) desc, {{ line }}.determined_on, {{ line }}.item_code, {{ line }}.line_id
{%- endmacro %}

{#
Shares an item's cap among its occasions: a CTE, `filled`, from what each occasion gives. Those that began first fill the
cap; share_hundredths is what the cap takes away from each. `keys` name the item and the day.
#}
{% macro filled_caps(occasion_points, keys) -%}
accumulated as (

    select
        *,
        cast(
            sum(occasion_points_hundredths) over (
                partition by {{ keys | join(', ') }}
                order by first_line_order, occasion_key
                rows unbounded preceding
            ) as bigint
        ) as accumulated_hundredths
    from {{ occasion_points }}

),

filled as (

    select
        *,
        {{ clipped('accumulated_hundredths', 'cap_hundredths') }}
        - {{ clipped('(accumulated_hundredths - occasion_points_hundredths)', 'cap_hundredths') }}
        - occasion_points_hundredths as share_hundredths
    from accumulated

)
{%- endmacro %}

{# The order in which sets of a case's lines count: costliest in sum, then determined earliest, then lowest item code. #}
{% macro set_order(points_hundredths, determined_on, item_code) -%}
    abs(sum({{ points_hundredths }})) desc, min({{ determined_on }}), min({{ item_code }})
{%- endmacro %}

{# The order in which a component's line is chosen under `latest` and `max`. #}
{% macro component_order(line) -%}
    case
        when {{ line }}.aggregation = 'latest' then {{ day_number(line ~ '.clock_start_on') }}
        else abs({{ clipped(line ~ '.points_hundredths', line ~ '.line_cap_hundredths') }})
    end desc,
    abs({{ line }}.points_hundredths) desc, {{ line }}.item_code, {{ line }}.case_id, {{ line }}.line_id
{%- endmacro %}

{# What a component gives before its divisor and cap. #}
{% macro component_amount(aggregation, summed, chosen, zeroing_count) -%}
    case
        when {{ zeroing_count }} > 0 then 0
        when {{ aggregation }} in ('latest', 'max') then {{ chosen }}
        else {{ summed }}
    end
{%- endmacro %}

{% macro component_divisor(aggregation, divisor_count) -%}
    case when {{ aggregation }} = 'sum_over_count' and {{ divisor_count }} > 1 then {{ divisor_count }} else 1 end
{%- endmacro %}

{# The remainder of a quotient, given its whole part: 0 up to one hundredth. #}
{% macro quotient_remainder(amount, whole, divisor) -%}
    {{ floor_quotient(
        '2 * (' ~ amount ~ ' - ' ~ whole ~ ' * ' ~ divisor ~ ') * ' ~ remainder_units() ~ ' + ' ~ divisor,
        '2 * ' ~ divisor
    ) }}
{%- endmacro %}

{# Two CTEs, `quotients` and `remainders`: each row's amount / divisor, as a whole part and a remainder. #}
{% macro quotients(relation) -%}
quotients as (

    select
        *,
        {{ floor_quotient('amount', 'divisor') }} as whole
    from {{ relation }}

),

remainders as (

    select
        *,
        {{ quotient_remainder('amount', 'whole', 'divisor') }} as remainder
    from quotients

)
{%- endmacro %}

{# Caps a quotient whole + remainder: gives the whole part, and the remainder that is left. #}
{% macro capped_whole(whole, cap) -%}
    case when {{ whole }} >= {{ cap }} then {{ cap }} when {{ whole }} < -{{ cap }} then -{{ cap }} else {{ whole }} end
{%- endmacro %}

{% macro capped_remainder(whole, remainder, cap) -%}
    case when {{ whole }} >= {{ cap }} or {{ whole }} < -{{ cap }} then 0 else {{ remainder }} end
{%- endmacro %}

{#
floor(x / s + 1/2) * s. Ten units are added: much less than the difference between two unequal amounts, and more than the
remainders of quotients can fall short of a tie.
#}
{% macro rounded_score(amount, remainder, step) -%}
    (
        {{ floor_quotient(amount, step) }}
        + {{ floor_quotient(
            '2 * (((' ~ amount ~ ' % ' ~ step ~ ' + ' ~ step ~ ') % ' ~ step ~ ') * ' ~ remainder_units()
            ~ ' + ' ~ remainder ~ ' + 10) + ' ~ step ~ ' * ' ~ remainder_units(),
            '2 * ' ~ step ~ ' * ' ~ remainder_units()
        ) }}
    ) * {{ step }}
{%- endmacro %}

{# From `bands` and `versions`: `grades`, each with its version's span of instants and its bit; worse grades have higher bits. #}
{% macro version_grades() -%}
grades as (

    select
        versions.version_number,
        versions.from_instant,
        versions.until_instant,
        bands.grade,
        bands.grade_rank,
        cast(power(2, bands.grade_rank) as bigint) as grade_bit
    from bands
    inner join versions on bands.rulebook_id = versions.rulebook_id

)
{%- endmacro %}

{# Whether a score is in a band; the band's edges and the score are in hundredths. #}
{% macro band_holds(band, score) -%}
    (
        {{ band }}.lo_hundredths is null or {{ score }} > {{ band }}.lo_hundredths
        or ({{ band }}.is_lo_inclusive and {{ score }} = {{ band }}.lo_hundredths)
    )
    and (
        {{ band }}.hi_hundredths is null or {{ score }} < {{ band }}.hi_hundredths
        or ({{ band }}.is_hi_inclusive and {{ score }} = {{ band }}.hi_hundredths)
    )
{%- endmacro %}
