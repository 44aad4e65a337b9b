# Facts: PyTorch documentation, "torch.utils.data": worker processes are started when iterated.

class Dataset:
    def __getitem__(self, index): ...

class DataLoader:
    def __init__(self, dataset, batch_size=..., shuffle=..., sampler=..., batch_sampler=..., num_workers=..., collate_fn=..., pin_memory=..., drop_last=..., timeout=..., **kwargs): ...
    @effect("subprocess", timeout="class:timeout", default_timeout=0)
    @effect("random")
    def __iter__(self) -> Iterator[Any]: ...
