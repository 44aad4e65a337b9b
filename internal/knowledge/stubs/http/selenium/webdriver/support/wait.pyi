# Facts: Selenium documentation, "Waiting Strategies".

class WebDriverWait:
    def __init__(self, driver, timeout, poll_frequency=..., ignored_exceptions=...): ...
    @effect("sleep", timeout="class:timeout")
    @calls("method")
    def until(self, method, message=...): ...
    @effect("sleep", timeout="class:timeout")
    @calls("method")
    def until_not(self, method, message=...): ...
