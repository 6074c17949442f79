-- Engineers on every personnel drop, with the drop's number: the input of spells and identities.
with

personnel as (

    select * from {{ ref('int_personnel_listed') }}

),

drops as (

    select * from {{ ref('stg_lake__drops') }}
    where
        source = 'registry'
        and dataset = 'personnel'

),

final as (

    select
        {{ person_reference_id(
            'personnel.person_key', 'personnel.person_mask', 'personnel.person_id_status', 'personnel.person_name',
            'personnel.registration_no', 'personnel.qualification_no', 'personnel.agency_id'
        ) }} as reference_id,
        personnel.agency_id,
        personnel.person_key,
        personnel.person_mask,
        personnel.person_id_status,
        personnel.person_name,
        {{ person_name_key('personnel.person_name') }} as person_name_key,
        personnel.level_code,
        personnel.registration_no,
        personnel.qualification_no,
        personnel.registration_until_on,
        personnel.contract_from_on,
        case when not coalesce(personnel.is_contract_until_open, false) then personnel.contract_until_on end
            as contract_until_on,
        coalesce(personnel.is_contract_until_open, false) as is_contract_until_open,
        drops.drop_number,
        personnel.received_on,
        drops.next_received_on,
        personnel.row_key,
        personnel.file_hash,
        personnel.file_name,
        personnel.sheet,
        personnel.row_number,
        personnel.file_position,
        personnel.is_carried,
        personnel.cells_file_hash,
        personnel.cells_sheet,
        personnel.cells_row_number
    from personnel
    inner join drops
        on personnel.received_on = drops.received_on
    where personnel.certificate_kind = 'engineer'

)

select * from final
