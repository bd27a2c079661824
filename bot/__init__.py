"""The Discord bot, and the console that speaks as it does. Of the archive it knows the door, `retrieval`, alone."""
