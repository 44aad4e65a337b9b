"""The open set: public repositories, brought here by whoever measures; nothing of them is kept in this one."""

import os

REPOSITORIES = [
    "wesm/pydata-book",
    "jakevdp/PythonDataScienceHandbook",
    "stefmolin/Hands-On-Data-Analysis-with-Pandas-2nd-edition",
    "norvig/pytudes",
    "Jean-njoroge/Breast-cancer-risk-prediction",
]


def notebooks(folder):
    """(repository, path of its work tree, path of a notebook) in order of name."""
    for repository in REPOSITORIES:
        root = os.path.join(folder, repository.split("/")[1])
        if not os.path.isdir(root):
            continue
        for here, folders, files in os.walk(root):
            folders[:] = sorted(f for f in folders if not f.startswith("."))  # such as copies that Jupyter keeps
            for name in sorted(files):
                if name.endswith(".ipynb"):
                    yield repository, root, os.path.join(here, name)
