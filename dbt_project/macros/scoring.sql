{#
The arithmetic of a day (format.md, "Order on a day"), each rule once: the sweep and the repair gate share it.
Whole numbers of hundredths of a point; a quotient carries its remainder in units of 10^-12 hundredths, so nothing
is rounded before the score is.
#}
{% macro hundredths(points) -%}
    cast({{ points }} * 100 as bigint)
{%- endmacro %}

{% macro from_hundredths(hundredths) -%}
    cast(cast({{ hundredths }} as decimal(18, 0)) * cast(0.01 as decimal(3, 2)) as decimal(9, 2))
{%- endmacro %}

{# Units of one hundredth in which a remainder is kept. #}
{% macro remainder_units() -%}
    1000000000000
{%- endmacro %}

{# a / b rounded down, below zero too; b > 0. #}
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

{# Which line of a case counts first: costliest, then determined earliest, then lowest item code (credit.md 6.4). #}
{% macro case_order(line) -%}
    abs({{ line }}.points_hundredths) desc, {{ line }}.determined_on, {{ line }}.item_code, {{ line }}.line_id
{%- endmacro %}

{#
How an item's cap is shared out among its occasions: a step of a query, `filled`, from what each of them gives. Those
that began first fill the cap; share_hundredths is what it takes away from each. `keys` name the item and the day.
#}
{% macro filled_caps(given, keys) -%}
heaped as (

    select
        *,
        cast(
            sum(given_hundredths) over (
                partition by {{ keys | join(', ') }}
                order by first_line_order, occasion_key
                rows unbounded preceding
            ) as bigint
        ) as heaped_hundredths
    from {{ given }}

),

filled as (

    select
        *,
        {{ clipped('heaped_hundredths', 'cap_hundredths') }}
        - {{ clipped('(heaped_hundredths - given_hundredths)', 'cap_hundredths') }}
        - given_hundredths as share_hundredths
    from heaped

)
{%- endmacro %}

{# Which set of a case's lines counts: costliest together, then determined earliest, then lowest item code. #}
{% macro set_order(points_hundredths, determined_on, item_code) -%}
    abs(sum({{ points_hundredths }})) desc, min({{ determined_on }}), min({{ item_code }})
{%- endmacro %}

{# Which line speaks for a component under `latest` and `max`. #}
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

{# The quotient's remainder, once its whole part is known: 0 up to one hundredth. #}
{% macro quotient_remainder(amount, whole, divisor) -%}
    {{ floor_quotient(
        '2 * (' ~ amount ~ ' - ' ~ whole ~ ' * ' ~ divisor ~ ') * ' ~ remainder_units() ~ ' + ' ~ divisor,
        '2 * ' ~ divisor
    ) }}
{%- endmacro %}

{# Two steps of a query, `quotients` and `remainders`: each row's amount / divisor, as a whole part and a remainder. #}
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

{# The cap of a quotient whole + remainder: its whole part, and the remainder that stays. #}
{% macro capped_whole(whole, cap) -%}
    case when {{ whole }} >= {{ cap }} then {{ cap }} when {{ whole }} < -{{ cap }} then -{{ cap }} else {{ whole }} end
{%- endmacro %}

{% macro capped_remainder(whole, remainder, cap) -%}
    case when {{ whole }} >= {{ cap }} or {{ whole }} < -{{ cap }} then 0 else {{ remainder }} end
{%- endmacro %}

{#
floor(x / s + 1/2) * s. The ten units added are far less than what separates two amounts that differ, and more than
what the remainders of quotients can be short of a tie.
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

{# From `bands` and `versions`: `grades`, each version's with its span of instants and its bit: the worse the higher. #}
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

{# Whether a band holds a score; its edges and the score in hundredths. #}
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
