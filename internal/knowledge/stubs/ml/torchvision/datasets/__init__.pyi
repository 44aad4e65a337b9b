# Facts: Torchvision documentation, "Datasets".

class MNIST:
    @effect("fs.read")
    @effect("net", when="download", equals=True)
    def __init__(self, root, train=..., transform=..., target_transform=..., download=...): ...

class CIFAR10:
    @effect("fs.read")
    @effect("net", when="download", equals=True)
    def __init__(self, root, train=..., transform=..., target_transform=..., download=...): ...

class ImageFolder:
    @effect("fs.read")
    def __init__(self, root, transform=..., target_transform=..., loader=..., is_valid_file=..., allow_empty=...): ...
