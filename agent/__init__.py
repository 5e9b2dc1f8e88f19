"""What a person meets: commands, chat loop, rendering, settings, and the place where parts are put together."""
