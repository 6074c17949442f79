{#
Tables and views of a build file. Every build starts with a new file, so a relation is created directly. The adapter's way,
to create it under another name and rename it, costs about twelve DuckDB queries per model whose answers never change.
#}
{% macro create_in_place(target_relation, create) -%}
    {{ run_hooks(pre_hooks, inside_transaction=False) }}
    {{ run_hooks(pre_hooks, inside_transaction=True) }}
    {%- do drop_relation_if_exists(load_cached_relation(this)) -%}
    {%- call statement('main') -%}
        {{ create }}
    {%- endcall -%}
    {{ run_hooks(post_hooks, inside_transaction=True) }}
    {%- do persist_docs(target_relation, model) -%}
    {{ adapter.commit() }}
    {{ run_hooks(post_hooks, inside_transaction=False) }}
{%- endmacro %}

{% materialization table, adapter="duckdb" %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- do create_in_place(target_relation, create_table_as(False, target_relation, compiled_code)) -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{% materialization view, adapter="duckdb" %}
    {%- set target_relation = this.incorporate(type='view') -%}
    {%- do create_in_place(target_relation, create_view_as(target_relation, compiled_code)) -%}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}

{#
The comments of a relation, in one statement. The adapter asks the catalogue twice which columns a mart has; here they are
those of its contract, which is enforced.
#}
{% macro duckdb__persist_docs(relation, model, for_relation, for_columns) -%}
    {%- set statements = [] -%}
    {%- if for_relation and config.persist_relation_docs() and model.description -%}
        {%- do statements.append(alter_relation_comment(relation, model.description)) -%}
    {%- endif -%}
    {%- if for_columns and config.persist_column_docs() -%}
        {%- for column in model.columns.values() if column.description -%}
            {%- do statements.append(
                'comment on column ' ~ relation ~ '.' ~ adapter.quote(column.name)
                ~ ' is ' ~ duckdb_escape_comment(column.description) ~ ';'
            ) -%}
        {%- endfor -%}
    {%- endif -%}
    {%- if statements -%}
        {%- do run_query(statements | join('\n')) -%}
    {%- endif -%}
{%- endmacro %}
