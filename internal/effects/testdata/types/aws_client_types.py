"""Types of the packages that describe boto3's clients, imported for annotations only."""
from __future__ import annotations

from typing import TYPE_CHECKING

from botocore.client import BaseClient

if TYPE_CHECKING:
    from mypy_boto3_dynamodb.service_resource import DynamoDBServiceResource, Table
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.client import S3Client as Storage
    from types_aiobotocore_sqs import SQSClient as AsyncQueue
    from types_boto3_sqs import SQSClient


def put(s3: S3Client, key, body):  # want: net!
    s3.put_object(Bucket="b", Key=key, Body=body)


def upload(s3: Storage, key, body):  # want: net!
    s3.upload_fileobj(body, "b", key)


def send(sqs: SQSClient):  # want: queue!
    sqs.send_message(QueueUrl="x", MessageBody="y")


async def send_later(sqs: AsyncQueue):  # want: queue
    await sqs.send_message(QueueUrl="x", MessageBody="y")


def invoke(client: BaseClient):  # want: net!
    client.invoke(FunctionName="f")


class Repo:
    def __init__(self, table: Table):
        self.table = table

    def save(self, item):  # want: db.write!
        self.table.put_item(Item=item)


def repo(dynamo: DynamoDBServiceResource) -> Repo:
    return Repo(dynamo.Table("t"))


def store(dynamo: DynamoDBServiceResource):  # want: db.write!
    repo(dynamo).save({})
