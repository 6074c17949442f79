-- The people on each personnel list. An unreadable row is no departure: the person that it names stays, as last read.
with

staged as (

    select * from {{ ref('stg_registry__personnel') }}

),

carried as (

    select * from {{ ref('int_rows_carried') }}
    where dataset = 'personnel'

),

final as (

    {{ listed_rows([
        'agency_id', 'person_name', 'person_key', 'person_mask', 'person_id_status', 'certificate_kind', 'level_code',
        'qualification_no', 'registration_no', 'registration_until_on', 'contract_from_on', 'contract_until_on',
        'is_contract_until_open', 'insurance_payer_name'
    ]) }}

)

select * from final
