# Facts: Kubernetes Python client documentation, "Watch": each event is waited for.
from kubernetes.watch.watch import Watch as Watch
