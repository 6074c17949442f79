-- The inputs of every detector: the evaluation day and its figures.
with

build_parameters as (

    select * from {{ ref('stg_lake__build_parameters') }}

),

detector_parameters as (

    select * from {{ ref('detector_parameters') }}

),

pivoted as (

    select
        cast(max(case when parameter_code = 'tier_1_factor' then number end) as decimal(5, 4)) as tier_1_factor,
        cast(max(case when parameter_code = 'tier_2_factor' then number end) as decimal(5, 4)) as tier_2_factor,
        cast(max(case when parameter_code = 'tier_3_factor' then number end) as decimal(5, 4)) as tier_3_factor,
        cast(max(case when parameter_code = 'tier_4_factor' then number end) as decimal(5, 4)) as tier_4_factor,
        cast(max(case when parameter_code = 'one_dataset_factor' then number end) as decimal(5, 4)) as one_dataset_factor,
        cast(max(case when parameter_code = 'many_dataset_factor' then number end) as decimal(5, 4)) as many_dataset_factor,
        cast(max(case when parameter_code = 'transition_days' then number end) as integer) as transition_days,
        cast(max(case when parameter_code = 'long_overlap_days' then number end) as integer) as long_overlap_days,
        cast(max(case when parameter_code = 'expiry_months' then number end) as integer) as expiry_months,
        cast(max(case when parameter_code = 'paid_elsewhere_months' then number end) as integer) as paid_elsewhere_months,
        cast(max(case when parameter_code = 'double_insurance_months' then number end) as integer) as double_insurance_months,
        cast(max(case when parameter_code = 'signing_tolerance_days' then number end) as integer) as signing_tolerance_days,
        cast(max(case when parameter_code = 'travel_speed_kmh' then number end) as double) as travel_speed_kmh,
        cast(max(case when parameter_code = 'overlap_distance_km' then number end) as double) as overlap_distance_km,
        cast(max(case when parameter_code = 'least_distance_km' then number end) as double) as least_distance_km,
        cast(max(case when parameter_code = 'presence_days' then number end) as integer) as presence_days,
        cast(max(case when parameter_code = 'presence_stays' then number end) as integer) as presence_stays,
        cast(max(case when parameter_code = 'batch_seconds' then number end) as integer) as batch_seconds,
        cast(max(case when parameter_code = 'absent_months' then number end) as integer) as absent_months,
        cast(max(case when parameter_code = 'successor_ratio' then number end) as decimal(5, 4)) as successor_ratio,
        cast(max(case when parameter_code = 'reports_per_day' then number end) as integer) as reports_per_day,
        cast(max(case when parameter_code = 'cell_degrees' then number end) as double) as cell_degrees,
        cast(max(case when parameter_code = 'earth_radius_km' then number end) as double) as earth_radius_km
    from detector_parameters

),

final as (

    select
        build_parameters.as_of_on,
        pivoted.*
    from build_parameters
    cross join pivoted

)

select * from final
