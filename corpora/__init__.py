"""What the model learns from: one task builder per node of the graphs."""
