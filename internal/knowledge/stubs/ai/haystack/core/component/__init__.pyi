# Facts: Haystack documentation, "Components".
component: Any
