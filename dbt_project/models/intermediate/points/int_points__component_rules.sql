-- A component that is absent from the version of the day keeps the rules of the last version that had it (on earlier
-- days, of the first).
with

versions as (

    select * from {{ ref('int_points__versions') }}

),

components as (

    select * from {{ ref('stg_rulebook__components') }}

),

offered as (

    select
        versions.version_number,
        versions.rulebook_id,
        owners.rulebook_id as owner_rulebook_id,
        components.component_code,
        components.window_code,
        components.aggregation,
        components.divisor_fact,
        {{ hundredths('components.cap_points') }} as cap_hundredths,
        {{ hundredths('components.cap_per_check_points') }} as check_cap_hundredths,
        row_number() over (
            partition by versions.version_number, components.component_code
            order by
                case when owners.version_number <= versions.version_number then 0 else 1 end,
                abs(owners.version_number - versions.version_number)
        ) as choice
    from components
    inner join versions as owners on components.rulebook_id = owners.rulebook_id
    cross join versions

),

final as (

    select
        version_number,
        rulebook_id,
        owner_rulebook_id,
        component_code,
        window_code,
        aggregation,
        divisor_fact,
        cap_hundredths,
        check_cap_hundredths
    from offered
    where choice = 1

)

select * from final
