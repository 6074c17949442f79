{# Every value of the column lies between the bounds given, both included. Nulls pass. #}
{% test accepted_range(model, column_name, min_bound=none, max_bound=none) %}

select {{ column_name }}
from {{ model }}
where
    false
    {% if min_bound is not none %}or {{ column_name }} < {{ min_bound }}{% endif %}
    {% if max_bound is not none %}or {{ column_name }} > {{ max_bound }}{% endif %}

{% endtest %}
