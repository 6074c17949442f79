{%- set kinds = [
    'double_registration', 'counted_twice', 'paid_by_other_firm', 'employed_by_public_body', 'double_insurance',
    'signed_for_other_agency', 'certificate_shared', 'impossible_presence', 'absent_holder', 'expired_registration',
    'merit_claimed_twice', 'identity_unresolved'
] -%}
-- All kinds of conflicts of people: one row per conflict, before decisions. As of the evaluation day: ended_on is the
-- day by which it had ended; its days count before counted_until_on, its evidence before evidence_until_on.
with

detected as (
    {% for kind in kinds %}
        select {{ detected_columns() }}
        from {{ ref('int_conflicts__' ~ kind) }}
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

final as (

    select
        detected.*,
        case when detected.overlap_until_on <= parameters.as_of_on then detected.overlap_until_on end as ended_on,
        least(coalesce(detected.overlap_until_on, parameters.as_of_on), parameters.as_of_on) as counted_until_on,
        least(
            coalesce(detected.overlap_until_on, {{ add_days('parameters.as_of_on', 1) }}),
            {{ add_days('parameters.as_of_on', 1) }}
        ) as evidence_until_on
    from detected
    cross join parameters

)

select * from final
