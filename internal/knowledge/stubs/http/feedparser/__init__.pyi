# Facts: feedparser documentation: a URL is fetched without a timeout, a file name is read.

@effect("net", url="url_file_stream_or_string", default_timeout=None, taint="external")
def parse(url_file_stream_or_string, etag=..., modified=..., agent=..., referrer=..., handlers=..., request_headers=..., response_headers=..., resolve_relative_uris=..., sanitize_html=...): ...
