# Facts: WeasyPrint documentation, "API Reference"; what a document refers to is fetched, ten seconds at most for each.

class HTML:
    @effect("net", when="url")
    @effect("fs.read", when="filename")
    def __init__(self, guess=..., filename=..., url=..., file_obj=..., string=..., encoding=..., base_url=..., url_fetcher=..., media_type=...): ...
    @effect("net")
    @effect("fs.write", when="target")
    def write_pdf(self, target=..., zoom=..., finisher=..., font_config=..., counter_style=..., color_profiles=..., **options): ...
    @effect("net")
    def render(self, font_config=..., counter_style=..., color_profiles=..., **options): ...

class CSS:
    @effect("net", when="url")
    @effect("fs.read", when="filename")
    def __init__(self, guess=..., filename=..., url=..., file_obj=..., string=..., encoding=..., base_url=..., url_fetcher=..., _check_mime_type=..., media_type=..., font_config=..., counter_style=..., color_profiles=..., matcher=..., page_rules=..., layers=..., layer=...): ...
