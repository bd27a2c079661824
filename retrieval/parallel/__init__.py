"""Questions answered in several processes: Python answers one at a time in each. `AnsweringProcesses` is the door."""

from retrieval.parallel.processes import AnsweringProcesses

__all__ = ["AnsweringProcesses"]
