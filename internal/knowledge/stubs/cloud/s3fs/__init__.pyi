# Facts: S3Fs documentation.
from s3fs.core import S3FileSystem as S3FileSystem
