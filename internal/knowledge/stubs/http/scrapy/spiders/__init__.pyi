# Facts: Scrapy documentation, "Spiders".
from logging import LoggerAdapter

class Spider:
    name: str
    def parse(self, response, **kwargs): ...
    logger: LoggerAdapter

class CrawlSpider(Spider): ...
