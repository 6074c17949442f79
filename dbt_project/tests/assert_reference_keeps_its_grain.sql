-- No two rows agree in these columns. Nulls agree with each other.
{% set grains = {
    'conditions': ['requirement_set', 'condition_code', 'service_type', 'effective_from_on'],
    'detector_parameters': ['parameter_code'],
    'detector_words': ['word_code', 'word'],
    'detectors': ['detector_kind'],
    'evidence_datasets': ['result_kind', 'kind_code', 'source', 'dataset'],
    'measures': ['measure_code'],
    'public_lines': ['line_kind'],
    'regions': ['region_code'],
    'tasks': ['task_code'],
} -%}

{{ repeated_grains(grains) }}
