{#
Tables and views of a build file. The file is made anew for every build and thrown away with it, so a relation is created
in its place: the adapter's own way, beside the old one and then renamed, asks DuckDB a dozen questions a model that have
one answer.
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
