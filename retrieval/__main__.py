"""`python -m retrieval`: the command line without the bot, which starts `index` this way in a process of its own."""

from retrieval.cli import command_line

command_line()
