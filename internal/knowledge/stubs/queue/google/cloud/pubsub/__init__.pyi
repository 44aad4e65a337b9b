# Facts: google-cloud-pubsub documentation.
from google.cloud.pubsub_v1 import PublisherClient as PublisherClient, SubscriberClient as SubscriberClient
