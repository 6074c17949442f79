"""Every dataset that Firemark reads, one module per source. `DATASETS` is the only register of them."""

from ingestion.contract import Dataset
from ingestion.sources import complaints, credit_desk, inspections, platform, registry

DATASETS: dict[tuple[str, str], Dataset] = {
    (dataset.source, dataset.name): dataset
    for module in (registry, complaints, inspections, platform, credit_desk)
    for dataset in module.DATASETS
}
