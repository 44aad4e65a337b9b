# Facts: GitPython documentation, "Tutorial".
from git.cmd import Git
from git.repo.base import Repo as Repo
