{#
Tables and seeds of Spark. As in `in_place.sql` every build starts with an empty catalog, so a relation is created
directly: the adapter's way asks the catalog several times for each. Comments are written into the build file, where the
marts go. A view is a table, too: Spark plans anew, for each reader, all that lies behind a view, and a plan of many views
costs it minutes.
#}
{% macro create_on_spark() -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {{ run_hooks(pre_hooks) }}
    {%- call statement('main') -%}
        create table {{ target_relation }} using parquet as
        {% if config.get('contract').enforced -%}
            {{ get_assert_columns_equivalent(compiled_code) }}
            {{ get_select_subquery(compiled_code) }}
        {%- else -%}
            {{ compiled_code }}
        {%- endif %}
    {%- endcall -%}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{%- endmacro %}

{% materialization table, adapter="spark" %}
    {{ return(create_on_spark()) }}
{% endmaterialization %}

{% materialization view, adapter="spark" %}
    {{ return(create_on_spark()) }}
{% endmaterialization %}

{# The adapter's own macro takes a null for the text 'None' and does not escape an apostrophe. #}
{% macro spark__load_csv_rows(model, agate_table) %}
    {%- set types = model['config'].get('column_types', {}) -%}
    {%- set sql -%}
        insert into {{ this.render() }} values
        {%- for row in agate_table.rows %}
        (
            {%- for name in agate_table.column_names -%}
                {%- set cell = row[loop.index0] -%}
                {%- set text = 'null' if cell is none
                    else "'" ~ (cell | string | replace('\\', '\\\\') | replace("'", "\\'")) ~ "'" -%}
                cast({{ text }} as {{ types.get(name, 'string') }}) {%- if not loop.last -%}, {% endif -%}
            {%- endfor -%}
        ) {%- if not loop.last -%}, {%- endif -%}
        {%- endfor %}
    {%- endset -%}
    {%- do adapter.add_query(sql, abridge_sql_log=True) -%}
    {{ return(sql) }}
{% endmacro %}

{# Nothing but Parquet: without a format the adapter's seeds would be tables of Hive. #}
{% macro spark__file_format_clause() %}
    using parquet
{% endmacro %}
