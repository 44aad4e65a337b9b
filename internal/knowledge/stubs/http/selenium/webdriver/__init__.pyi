# Facts: Selenium documentation, "WebDriver" (page loads time out after 300 seconds).
from selenium.webdriver.remote.webdriver import WebDriver as Remote
from selenium.webdriver.chrome.webdriver import WebDriver as Chrome
from selenium.webdriver.firefox.webdriver import WebDriver as Firefox
from selenium.webdriver.edge.webdriver import WebDriver as Edge
