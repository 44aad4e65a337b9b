# Facts: Selenium documentation, "Waiting Strategies".
from selenium.webdriver.support.wait import WebDriverWait as WebDriverWait
