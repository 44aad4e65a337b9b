# Facts: Jinja documentation, "API".
from jinja2.environment import Environment as Environment, Template as Template
from jinja2.loaders import FileSystemLoader as FileSystemLoader, PackageLoader as PackageLoader
