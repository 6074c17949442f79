-- Each side of a conflict: the employer's name and kind, the person's days there and what set them. The days are the
-- detector's where it gives them, else those of the person's spell. A side that a kind does not use is empty.
with

conflicts as (

    select * from {{ ref('int_conflicts_detected') }}

),

spells as (

    select * from {{ ref('int_person_spells') }}

),

agencies as (

    select * from {{ ref('int_agencies_current') }}

),

insured as (

    select * from {{ ref('int_people_insured') }}

),

payers as (

    select
        payer_id,
        max(payer_name) as payer_name
    from insured
    group by payer_id

),

sides as (
    {% for side in ['a', 'b'] %}
        select
            conflict_id,
            '{{ side }}' as side,
            person_id,
            employer_{{ side }}_id as employer_id,
            spell_{{ side }}_id as spell_id,
            employer_{{ side }}_from_on as from_on,
            employer_{{ side }}_until_on as until_on,
            employer_{{ side }}_evidence as evidence,
            overlap_from_on,
            evidence_until_on
        from conflicts
        {% if not loop.last %}union all{% endif %}
    {%- endfor %}

),

final as (

    select
        sides.conflict_id,
        sides.side,
        sides.person_id,
        sides.employer_id,
        coalesce(agencies.agency_name, payers.payer_name) as employer_name,
        {{ employer_kind('sides.employer_id', 'agencies.agency_id') }} as employer_kind,
        sides.spell_id,
        coalesce(sides.from_on, spells.from_on) as from_on,
        case when sides.from_on is not null then sides.until_on else spells.until_on end as until_on,
        coalesce(sides.evidence, {{ spell_evidence('spells') }}) as evidence,
        sides.overlap_from_on,
        sides.evidence_until_on
    from sides
    left join spells
        on sides.spell_id = spells.spell_id
    left join agencies
        on sides.employer_id = agencies.agency_id
    left join payers
        on sides.employer_id = payers.payer_id

)

select * from final
