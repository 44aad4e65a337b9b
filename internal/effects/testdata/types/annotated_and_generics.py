import logging
from collections.abc import Iterable, Mapping, Sequence
from typing import Annotated, Dict, List

import requests


class Target:
    def __init__(self, url: str):  # want:
        self.url = url

    def push(self, data):  # want: net!
        requests.put(self.url, data=data)


def all_targets(targets: List[Target], data):  # want: net!
    for target in targets:
        target.push(data)


def by_name(targets: Dict[str, Target], name, data):  # want: net!
    targets[name].push(data)


def first(targets: Sequence["Target"], data):  # want: net!
    targets[0].push(data)


def values(targets: Mapping[str, Target], data):  # want: net!
    for target in targets.values():
        target.push(data)


def pairs(targets: dict[str, Target], data):  # want: net! log
    for name, target in targets.items():
        logging.info(name)
        target.push(data)


def annotated(target: Annotated[Target, "primary"], data):  # want: net!
    target.push(data)


def iterable(targets: Iterable[Target]):  # want:
    return [t.url for t in targets]
