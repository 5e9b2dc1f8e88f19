"""Evaluation of each capability, as the graphs use it, beside a baseline without the model."""
