# Facts: VCR.py documentation.

@framework("test")
@effect("fs.read", mode="record_mode")
def use_cassette(path, **kwargs): ...
