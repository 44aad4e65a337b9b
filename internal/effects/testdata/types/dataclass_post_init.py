from dataclasses import InitVar, dataclass
from pathlib import Path


@dataclass
class Dataset:
    path: Path
    eager: InitVar[bool] = True

    def __post_init__(self, eager):  # want: fs.read!
        if eager:
            self.rows = self.path.read_text().splitlines()

    def reload(self):  # want: fs.read!
        self.__post_init__(True)


def load(path):  # want: fs.read!
    return Dataset(Path(path))


def name(data: Dataset):  # want:
    return data.path.name
