# Facts: google-cloud-storage documentation (60 seconds unless set).
from google.cloud.storage.client import Client as Client
from google.cloud.storage.bucket import Bucket as Bucket
from google.cloud.storage.blob import Blob as Blob
