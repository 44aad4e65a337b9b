# Facts: Weights & Biases documentation, "wandb.init".
from wandb.sdk.wandb_run import Run

@effect("net", default_timeout=90)
@effect("subprocess")
@effect("env")
def init(entity=..., project=..., dir=..., id=..., name=..., notes=..., tags=..., config=..., *, mode=...) -> Run: ...
