# Facts: Python documentation, "email.parser".
from email.parser import FeedParser as FeedParser, BytesFeedParser as BytesFeedParser
