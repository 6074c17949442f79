-- Maker and checker must be two people, and the decision must fit its type of object.
with

decisions as (

    select * from {{ ref('stg_credit_desk__decisions') }}

),

final as (

    select
        decision_id,
        object_type,
        object_id,
        decision_code,
        decided_on,
        received_on,
        source,
        dataset,
        source_key,
        file_hash,
        sheet,
        row_number
    from decisions
    where
        coalesce(handled_by, '') <> coalesce(reviewed_by, '')
        and (
            (object_type = 'directory' and decision_code in ('exit', 'readmit'))
            or (object_type = 'identity' and decision_code in ('same_person', 'different_person'))
            or (object_type = 'lead' and decision_code in ('confirmed', 'cleared'))
            or (
                object_type = 'conflict'
                and decision_code in ('confirmed', 'cleared', 'same_person', 'different_person')
            )
        )

)

select * from final
