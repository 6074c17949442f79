{#
Creates credit.agency_grades_as_of(d) in a DuckDB file: the rows of `agency_grades_on` for any day. An engine without table
macros creates nothing.
#}
{% macro create_agency_grades_as_of(schema, history, agencies) -%}
    {{ return(adapter.dispatch('create_agency_grades_as_of')(schema, history, agencies)) }}
{%- endmacro %}

{% macro duckdb__create_agency_grades_as_of(schema, history, agencies) -%}
    create or replace macro {{ schema }}.agency_grades_as_of(d) as table (
        {{ agency_grades_on('d', history, agencies) }}
    )
{%- endmacro %}

{% macro spark__create_agency_grades_as_of(schema, history, agencies) -%}
{%- endmacro %}

{% macro default__create_agency_grades_as_of(schema, history, agencies) -%}
    {{ no_form_for_engine('create_agency_grades_as_of') }}
{%- endmacro %}
