-- For each month whose first day is in an engineer's spell at an agency: who else insured the person, and whether the
-- agency itself paid the pension.
with

spells as (

    select * from {{ ref('int_person_spells') }}

),

insured as (

    select * from {{ ref('int_people_insured') }}

),

words as (

    select * from {{ ref('detector_words') }}

),

agency_names as (

    select * from {{ ref('int_agency_names') }}

),

same_employers as (

    select * from {{ ref('int_employers_paired') }}

),

parameters as (

    select * from {{ ref('int_detector_parameters') }}

),

brokers as (

    select distinct insured.payer_name
    from insured
    inner join words
        on
            words.word_code = 'labour_broker'
            and insured.payer_name like '%' || words.word || '%'

),

branch_names as (

    select distinct insured.payer_name
    from insured
    inner join words
        on
            words.word_code = 'branch'
            and insured.payer_name like '%' || words.word || '%'

),

prefixes as (

    select
        word_code,
        word
    from words
    where word_code in ('enterprise_prefix', 'public_body_prefix')

),

compared as (

    select
        spells.person_id,
        spells.identity_tier,
        spells.spell_id,
        spells.agency_id,
        insured.payer_id,
        insured.payer_name,
        insured.month_on,
        insured.month_number,
        insured.is_pension_paid,
        insured.is_public_pension_paid,
        insured.is_work_injury_paid,
        coalesce(own.is_pension_paid, false) as is_own_pension_paid,
        coalesce(own.is_pension_paid_on_time, false) as is_own_pension_paid_on_time,
        insured.is_pension_paid_on_time,
        {{ month_start('spells.from_on') }} = insured.month_on
        or coalesce({{ month_start('spells.until_on') }} = insured.month_on, false) as is_month_of_change,
        spells.first_listed_on,
        spells.listing_count,
        greatest(insured.first_received_on, spells.first_listed_on) as shown_on,
        greatest(insured.received_on, spells.first_listed_on) as last_shown_on,
        own.first_received_on as own_first_received_on,
        insured.file_hash,
        insured.row_number
    from insured
    cross join parameters
    inner join spells
        on
            insured.person_id = spells.person_id
            and insured.payer_id <> spells.agency_id
            and insured.month_on >= spells.from_on
            and insured.month_on < coalesce(spells.until_on, {{ open_end() }})
    left join insured as own
        on
            insured.person_id = own.person_id
            and insured.month_on = own.month_on
            and spells.agency_id = own.payer_id
    where insured.month_on <= parameters.as_of_on

),

-- a payer that is a branch by its name, or that a decision calls the same employer
branches as (

    select distinct
        compared.agency_id,
        compared.payer_id
    from compared
    inner join branch_names
        on compared.payer_name = branch_names.payer_name
    inner join agency_names
        on
            compared.agency_id = agency_names.agency_id
            and substr(compared.payer_name, 1, length(agency_names.agency_name)) = agency_names.agency_name
    union
    select distinct
        compared.agency_id,
        compared.payer_id
    from compared
    inner join same_employers
        on
            least(compared.agency_id, compared.payer_id) = same_employers.employer_a_id
            and greatest(compared.agency_id, compared.payer_id) = same_employers.employer_b_id

),

final as (

    select
        compared.*,
        branches.payer_id is not null as is_branch,
        brokers.payer_name is not null as is_labour_broker,
        coalesce(prefixes.word_code = 'enterprise_prefix', false) as is_enterprise,
        coalesce(prefixes.word_code = 'public_body_prefix', false) or compared.is_public_pension_paid
            as is_public_body
    from compared
    left join branches
        on
            compared.agency_id = branches.agency_id
            and compared.payer_id = branches.payer_id
    left join brokers
        on compared.payer_name = brokers.payer_name
    left join prefixes
        on substr(compared.payer_id, 1, 2) = prefixes.word

)

select * from final
