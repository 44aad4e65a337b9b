# Facts: django-storages documentation, "Amazon S3".
from storages.backends.s3 import S3Storage as S3Boto3Storage, S3StaticStorage as S3StaticStorage, S3ManifestStaticStorage as S3ManifestStaticStorage
