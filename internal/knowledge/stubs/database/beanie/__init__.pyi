# Facts: Beanie documentation.
from beanie.odm.documents import Document as Document
from beanie.odm.utils.init import init_beanie as init_beanie
from beanie.odm.bulk import BulkWriter as BulkWriter
