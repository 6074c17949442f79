{#
How long a notice of misconduct is public (credit.md 6.13), once: steps of a query up to `termed`, from a relation of such
lines of the ledger. A line stands there in pieces where another line counts for it on some days: it is public until the
last of them, until its repair, and where penalties alone carry it no longer than their last 公示截止期. last_public_on is
null where nothing ends it. Not here: on which day somebody looks.
#}
{% macro publicity_terms(relation) -%}
whole_lines as (

    select
        *,
        max(case when valid_until_on is null then 1 else 0 end) over (
            partition by agency_id, case_id, item_code
        ) as open_count,
        max(valid_until_on) over (partition by agency_id, case_id, item_code) as last_until_on
    from {{ relation }}

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

termed as (

    select
        *,
        case
            when public_until_on is null then {{ add_days('ended_on', -1) }}
            when ended_on is null then public_until_on
            else least(public_until_on, {{ add_days('ended_on', -1) }})
        end as last_public_on
    from ends

)
{%- endmacro %}

{# Which lines of the ledger are notices of misconduct, whichever line of their case counts. #}
{% macro is_notice() -%}
    line_kind in ('misconduct', 'superseded') and dataset in ('findings', 'checks', 'penalties', 'hotline', 'media')
{%- endmacro %}
