# Facts: Luigi documentation.
from luigi.task import Task as Task
from luigi.local_target import LocalTarget as LocalTarget
from luigi.interface import build as build, run as run
