# Facts: OmegaConf documentation.
from omegaconf.omegaconf import OmegaConf as OmegaConf
