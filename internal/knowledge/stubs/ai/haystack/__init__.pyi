# Facts: Haystack documentation, "Pipelines".
from haystack.core.pipeline.pipeline import Pipeline as Pipeline
from haystack.core.component import component as component
