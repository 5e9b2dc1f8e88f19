"""Invented technical documentation, and questions that one of its sentences answers."""
