"""Tasks for the agent's own tools, in one step or in several that follow from each other."""
