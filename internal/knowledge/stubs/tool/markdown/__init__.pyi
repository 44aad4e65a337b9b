# Facts: Python-Markdown documentation.
from markdown.core import markdown as markdown, Markdown as Markdown
