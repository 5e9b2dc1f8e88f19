"""The parts that the assembly puts together: models, folders, memory."""
