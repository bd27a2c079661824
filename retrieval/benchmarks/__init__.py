"""What the archive takes on this machine: seconds, memory and ratios, all in one run. `run.benchmark` is the door."""

PARTS = ("starting", "encoding", "indexing", "askers", "reindexing", "searching")
"""In their order. Here, so that the command line can name them without importing what they measure."""
