{#
What every `default__` of this folder does: an engine that nobody has written a form for stops the build by name, and
does not read another engine's SQL.
#}
{% macro no_form_for_engine(macro_name) -%}
    {{ exceptions.raise_compiler_error(
        "macro " ~ macro_name ~ " has no form for engine " ~ target.type ~ ": write " ~ target.type ~ "__" ~ macro_name
        ~ " in macros/engine"
    ) }}
{%- endmacro %}
