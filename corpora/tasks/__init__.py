"""Task builders: one module for each kind of node, each turning rows of the wells into examples."""
