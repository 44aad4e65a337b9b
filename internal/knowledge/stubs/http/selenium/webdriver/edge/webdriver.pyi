# Facts: Selenium documentation, "Supported Browsers".
from selenium.webdriver.remote.webdriver import WebDriver as RemoteWebDriver

class WebDriver(RemoteWebDriver):
    @effect("subprocess")
    def __init__(self, options=..., service=..., keep_alive=...): ...
