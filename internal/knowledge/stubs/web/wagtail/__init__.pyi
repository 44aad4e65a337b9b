# Facts: Wagtail documentation, "Model Reference".
