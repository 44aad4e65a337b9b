# Facts: Selenium documentation, "Supported Browsers": starts the driver and the browser.
from selenium.webdriver.remote.webdriver import WebDriver as RemoteWebDriver

class WebDriver(RemoteWebDriver):
    @effect("subprocess")
    def __init__(self, options=..., service=..., keep_alive=...): ...
