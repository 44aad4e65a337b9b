# Facts: Scrapy documentation, "Spiders" and "Requests and Responses". `parse` of a spider is called for every response.
from scrapy.spiders import Spider as Spider
from scrapy.http import Request as Request, FormRequest as FormRequest
from scrapy.item import Item as Item, Field as Field
