import json
import pickle
import subprocess

import yaml


def full(text):  # want: deserialize
    return yaml.load(text, yaml.Loader)


def safe(text):  # want:
    return yaml.load(text, yaml.SafeLoader)


def objects(blob, trusted):  # want: deserialize
    return pickle.loads(blob) if trusted else json.loads(blob)


def shell(text):  # want: subprocess!
    return subprocess.run(text, shell=True, capture_output=True).stdout


def configuration(path):  # want: fs.read!
    with open(path) as f:
        return yaml.safe_load(f)
