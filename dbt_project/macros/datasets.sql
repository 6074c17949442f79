{#
The datasets of the lake, as ingestion/sources describes them (a house test compares the two), for SQL that loops over them:
`for dataset in fromjson(datasets())`. The list is JSON because a macro linted without dbt returns text.
agency_columns: columns that hold a USCC. updated: the stamp that orders rows. is_list: each drop is the whole list.
is_agency_beside_key: agency_id is not in its key. is_person_in_key: its keys name people.
#}
{% macro datasets() -%}
[
    {"source": "complaints", "name": "hotline"},
    {"source": "complaints", "name": "media", "agency_columns": ["agency_id"], "is_agency_beside_key": true},
    {"source": "credit_desk", "name": "decisions"},
    {"source": "credit_desk", "name": "findings", "agency_columns": ["agency_id"], "is_agency_beside_key": true},
    {"source": "credit_desk", "name": "merit_claims", "agency_columns": ["agency_id"], "is_agency_beside_key": true},
    {"source": "credit_desk", "name": "repairs", "agency_columns": ["agency_id"], "is_agency_beside_key": true},
    {"source": "inspections", "name": "checks", "agency_columns": ["agency_id"], "is_agency_beside_key": true},
    {"source": "inspections", "name": "penalties", "agency_columns": ["agency_id"], "is_agency_beside_key": true},
    {"source": "platform", "name": "checkins", "updated": "updated_ms"},
    {
        "source": "platform", "name": "contracts", "agency_columns": ["agency_id", "performed_by_id"],
        "is_agency_beside_key": true, "updated": "updated_ms"
    },
    {
        "source": "platform", "name": "reports", "agency_columns": ["agency_id", "seal_agency_id"],
        "is_agency_beside_key": true, "updated": "updated_ms"
    },
    {"source": "registry", "name": "agencies", "agency_columns": ["agency_id"], "is_list": true},
    {"source": "registry", "name": "equipment", "agency_columns": ["agency_id"], "is_list": true},
    {
        "source": "registry", "name": "personnel", "agency_columns": ["agency_id"], "is_list": true,
        "is_person_in_key": true
    },
    {"source": "registry", "name": "site_checks", "agency_columns": ["agency_id"], "is_agency_beside_key": true},
    {"source": "registry", "name": "social_insurance", "agency_columns": ["payer_id"], "is_person_in_key": true}
]
{%- endmacro %}

{# The datasets whose drops are whole lists, as a SQL list of texts. #}
{% macro list_datasets() -%}
    ('{{ fromjson(datasets()) | selectattr('is_list', 'defined') | map(attribute='name') | join("', '") }}')
{%- endmacro %}
