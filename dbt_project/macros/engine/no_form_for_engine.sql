{#
The body of every `default__` macro in this folder: an engine without a form of its own stops the build with its name,
instead of running another engine's SQL.
#}
{% macro no_form_for_engine(macro_name) -%}
    {{ exceptions.raise_compiler_error(
        "macro " ~ macro_name ~ " has no form for engine " ~ target.type ~ ": write " ~ target.type ~ "__" ~ macro_name
        ~ " in macros/engine"
    ) }}
{%- endmacro %}
