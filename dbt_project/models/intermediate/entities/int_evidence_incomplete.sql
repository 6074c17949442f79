-- Evidence missing for each kind of result, by agency; no agency = missing for everybody. Leads and conflicts are
-- examined one by one elsewhere.
with

missing as (

    select distinct
        source,
        dataset,
        agency_id,
        missing_text
    from {{ ref('int_evidence_missing') }}
    where agency_id is not null or is_everyones

),

rested_on as (

    select * from {{ ref('int_evidence_rested_on') }}
    where result_kind in ('grade', 'task')

),

final as (

    select
        rested_on.result_kind,
        rested_on.kind_code,
        missing.agency_id,
        {{ joined_text('missing.missing_text', '、', ['missing.missing_text']) }} as incomplete_because
    from rested_on
    inner join missing
        on
            rested_on.source = missing.source
            and rested_on.dataset = missing.dataset
    group by rested_on.result_kind, rested_on.kind_code, missing.agency_id

)

select * from final
