with

directory as (

    select * from {{ ref('stg_registry__agencies') }}

),

evidence as (

    select * from {{ ref('int_points__evidence') }}
    where agency_id is not null

),

ledger as (

    select * from {{ ref('fct_point_ledger') }}
    where line_kind not in ('void', 'not_scored')

),

agencies as (

    select * from {{ ref('dim_agencies') }}

),

history as (

    select
        agency_id,
        valid_from_on,
        lag(valid_from_on) over (partition by agency_id order by valid_from_on) is null as is_first,
        coalesce(grade, '') <> coalesce(lag(grade) over (partition by agency_id order by valid_from_on), '')
            as is_grade_changed
    from {{ ref('fct_score_history') }}

),

known as (

    select
        'dim_agencies' as relation,
        agency_id,
        cast(null as date) as changed_on
    from directory

    union

    select
        'dim_agencies' as relation,
        agency_id,
        cast(null as date) as changed_on
    from evidence

    union

    select
        'dim_agencies' as relation,
        agency_id,
        cast(null as date) as changed_on
    from history

    union

    select
        'fct_score_history' as relation,
        agency_id,
        cast(null as date) as changed_on
    from directory

    union

    select
        'fct_score_history' as relation,
        agency_id,
        cast(null as date) as changed_on
    from ledger

    union

    select
        'fct_score_history' as relation,
        agency_id,
        cast(null as date) as changed_on
    from agencies
    where first_drop_on is not null

    union

    select
        'rpt_public_roster' as relation,
        agency_id,
        cast(null as date) as changed_on
    from agencies
    where directory_status in ('published', 'suspended')

    union

    select
        'fct_grade_changes' as relation,
        agency_id,
        valid_from_on as changed_on
    from history
    where is_grade_changed and not is_first

),

shown as (

    select
        'dim_agencies' as relation,
        agency_id,
        cast(null as date) as changed_on
    from agencies

    union

    select
        'fct_score_history' as relation,
        agency_id,
        cast(null as date) as changed_on
    from history

    union

    select
        'rpt_public_roster' as relation,
        agency_id,
        cast(null as date) as changed_on
    from {{ ref('rpt_public_roster') }}

    union

    select
        'fct_grade_changes' as relation,
        agency_id,
        changed_on
    from {{ ref('fct_grade_changes') }}

),

final as (

    select * from known
    except
    select * from shown

)

select * from final
