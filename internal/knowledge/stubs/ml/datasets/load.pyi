# Facts: Hugging Face Datasets documentation, "Loading methods".
from datasets.arrow_dataset import Dataset

@effect("net")
@effect("fs.write")
def load_dataset(path, name=..., data_dir=..., data_files=..., split=..., cache_dir=..., features=..., download_config=..., **config_kwargs) -> Dataset: ...
@effect("fs.read")
def load_from_disk(dataset_path, keep_in_memory=..., storage_options=...) -> Dataset: ...
