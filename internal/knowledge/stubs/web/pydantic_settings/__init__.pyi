# Facts: Pydantic Settings documentation: constructing reads the environment, and the env file when one is named.
from pydantic import BaseModel

@settings
class BaseSettings(BaseModel):
    @effect("env")
    @effect("fs.read", when="_env_file")
    def __init__(__pydantic_self__, _case_sensitive=..., _nested_model_default_partial_update=..., _env_prefix=..., _env_prefix_target=..., _env_file=..., _env_file_encoding=..., _env_file_depth=..., **values): ...
def SettingsConfigDict(**kwargs): ...
