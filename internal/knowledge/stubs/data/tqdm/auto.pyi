# Facts: tqdm documentation.
from tqdm.std import tqdm as tqdm, trange as trange
