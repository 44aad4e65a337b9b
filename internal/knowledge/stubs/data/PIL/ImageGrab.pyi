# Facts: Pillow documentation, "ImageGrab Module".

@effect("subprocess")
def grab(bbox=..., include_layered_windows=..., all_screens=..., xdisplay=..., window=..., *, scale_down=...): ...
