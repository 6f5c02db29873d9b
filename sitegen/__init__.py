"""sitegen: a static site generator for curated, bilingual digests of community threads."""

__version__ = "0.1.0"
