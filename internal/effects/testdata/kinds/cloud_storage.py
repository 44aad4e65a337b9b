import boto3

s3 = boto3.client("s3")


def fetch(bucket, key):  # want: net!
    return s3.get_object(Bucket=bucket, Key=key)["Body"].read()


def put(bucket, key, data):  # want: net!
    s3.put_object(Bucket=bucket, Key=key, Body=data)


class Store:
    def __init__(self, bucket):  # want:
        self.client = boto3.client("s3")
        self.bucket = bucket

    def save(self, key, data):  # want: net!
        self.client.put_object(Bucket=self.bucket, Key=key, Body=data)

    def path(self, key):  # want:
        return f"s3://{self.bucket}/{key}"
