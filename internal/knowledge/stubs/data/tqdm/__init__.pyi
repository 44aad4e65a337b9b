# Facts: tqdm documentation: writes to the standard error.
from tqdm.std import tqdm as tqdm, trange as trange
