-- Who is on each personnel list. A row that could not be read is no departure: whoever it names is there as last read.
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
