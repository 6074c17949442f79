{#
A recursion whose step joins, groups and ranks the previous turn, as the first common table expressions of a model:
`inputs` (a list of them), then `name` with the rows of all turns. `start` and `step` are queries with the same columns;
the step reads the previous turn as `name`, and the first turn without rows ends the recursion.
DuckDB runs it as one recursive query. Spark allows no recursive reference in an aggregate, a window or an outer join, so
there each turn is a table, made while the model is built, and `name` is their union. The model drops the tables when it is
done: config(post_hook="{{ drop_turns() }}").
#}
{% macro recursion(name, inputs, start, step) -%}
    {{ return(adapter.dispatch('recursion')(name, inputs, start, step)) }}
{%- endmacro %}

{% macro duckdb__recursion(name, inputs, start, step) -%}
with recursive

{{ inputs | trim }},

{{ name }} as (

    {{ start | trim }}

    union all

    select * from (

        {{ step | trim }}

    ) as next_turn

)
{%- endmacro %}

{% macro spark__recursion(name, inputs, start, step) -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- set longest = 10000 -%}
        {%- set turns = [] -%}
        {%- set last = {'row_count': 1} -%}
        {%- for number in range(longest) if last.row_count > 0 -%}
            {%- set turn = this.include(database=false) ~ '__turn_' ~ number -%}
            {%- set before = '' if number == 0 else ', ' ~ name ~ ' as (select * from ' ~ turns[-1] ~ ')' -%}
            {%- set query = start if number == 0 else step -%}
            {%- do run_query('drop table if exists ' ~ turn) -%}
            {%- do run_query(
                'create table ' ~ turn ~ ' using parquet as with ' ~ inputs ~ before ~ ' select * from (' ~ query ~ ')'
            ) -%}
            {%- do turns.append(turn) -%}
            {%- do last.update({'row_count': run_query('select count(*) from ' ~ turn).columns[0].values()[0]}) -%}
        {%- endfor -%}
        {%- if last.row_count > 0 -%}
            {{ exceptions.raise_compiler_error("recursion " ~ name ~ " has not ended after " ~ longest ~ " turns") }}
        {%- endif -%}
with

{{ name }} as (
        {%- for turn in turns %}

    select * from {{ turn }}
            {%- if not loop.last %}

    union all
            {%- endif %}
        {%- endfor %}

)
    {%- else -%}
{#- only compiled, to be read or parsed: the first turn, and the step over it -#}
with

{{ inputs | trim }},

{{ name }} as (

    {{ start | trim }}

),

next_turn as (

    {{ step | trim }}

)
    {%- endif -%}
{%- endmacro %}

{% macro default__recursion(name, inputs, start, step) -%}
    {{ no_form_for_engine('recursion') }}
{%- endmacro %}

{# Drops the tables of the turns after a model that calls `recursion`. #}
{% macro drop_turns() -%}
    {{ return(adapter.dispatch('drop_turns')()) }}
{%- endmacro %}

{% macro duckdb__drop_turns() -%}
{%- endmacro %}

{% macro spark__drop_turns() -%}
    {%- if execute and flags.WHICH in ('build', 'run') -%}
        {%- for row in run_query('show tables in ' ~ this.schema ~ " like '" ~ this.identifier ~ "__turn_*'") -%}
            {%- do run_query('drop table ' ~ this.schema ~ '.' ~ row[1]) -%}  {#- namespace, table, … -#}
        {%- endfor -%}
    {%- endif -%}
{%- endmacro %}

{% macro default__drop_turns() -%}
    {{ no_form_for_engine('drop_turns') }}
{%- endmacro %}
