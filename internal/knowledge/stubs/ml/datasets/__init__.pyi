# Facts: Hugging Face Datasets documentation.
from datasets.load import load_dataset as load_dataset
from datasets.arrow_dataset import Dataset as Dataset

@effect("fs.read")
def load_from_disk(dataset_path, keep_in_memory=..., storage_options=...): ...
