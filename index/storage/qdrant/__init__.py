"""An index whose vectors, and whose state, are in a Qdrant collection."""
