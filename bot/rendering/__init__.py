"""Pure: records of the archive into replies, and replies into the text of a surface."""
