# Facts: Weights & Biases documentation: logged values are sent by a background process.
from wandb.sdk.wandb_init import init as init
from wandb.sdk.wandb_run import Run as Run

@effect("net")
@effect("env")
def login(anonymous=..., key=..., relogin=..., host=..., force=..., timeout=..., verify=..., referrer=...): ...
@effect("log")
def log(data, step=..., commit=...): ...
@effect("net", default_timeout=None)
def finish(exit_code=..., quiet=...): ...
