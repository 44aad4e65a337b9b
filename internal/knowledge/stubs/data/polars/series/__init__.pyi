# Facts: Polars documentation, "Series".

class Series:
    @calls("function")
    def map_elements(self, function, return_dtype=..., *, skip_nulls=..., _disable_inefficient_map_warning=...) -> Series: ...
