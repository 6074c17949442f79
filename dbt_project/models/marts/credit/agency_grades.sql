-- A view: today's row of the history, correct on any day without a rebuild. The only model that may read the clock.
{{ config(
    materialized='view',
    post_hook="{{ create_agency_grades_as_of(this.schema, ref('fct_score_history').include(database=false), ref('dim_agencies').include(database=false)) }}"
) }}

{{ agency_grades_on(
    today(), ref('fct_score_history').include(database=false), ref('dim_agencies').include(database=false)
) }}
