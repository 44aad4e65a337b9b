# Facts: MongoEngine documentation.
from mongoengine.connection import connect as connect, disconnect as disconnect, disconnect_all as disconnect_all, get_connection as get_connection, get_db as get_db, register_connection as register_connection
from mongoengine.document import Document as Document, DynamicDocument as DynamicDocument, EmbeddedDocument as EmbeddedDocument, DynamicEmbeddedDocument as DynamicEmbeddedDocument
from mongoengine.queryset import QuerySet as QuerySet, queryset_manager as queryset_manager
