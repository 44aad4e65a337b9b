# Facts: PyGithub documentation; a request waits 15 seconds unless told otherwise.
from github.MainClass import Github as Github
from github.GithubIntegration import GithubIntegration as GithubIntegration
from github import Auth as Auth
