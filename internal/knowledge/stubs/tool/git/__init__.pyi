# Facts: GitPython documentation: runs the git program.
from git.repo import Repo as Repo
from git.cmd import Git as Git
