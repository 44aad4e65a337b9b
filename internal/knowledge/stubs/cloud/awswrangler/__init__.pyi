# Facts: AWS SDK for pandas documentation, "API Reference". The names are in the submodules.
from awswrangler import athena as athena, s3 as s3
