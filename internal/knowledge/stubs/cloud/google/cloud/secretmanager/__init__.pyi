# Facts: Google Cloud Python client documentation, "Secret Manager".
from google.cloud.secretmanager_v1 import SecretManagerServiceClient as SecretManagerServiceClient, SecretManagerServiceAsyncClient as SecretManagerServiceAsyncClient
