"""What a person meets: commands, chat, rendering, settings, and the place where parts are put together."""
