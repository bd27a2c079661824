"""Archives of files, unpacked within bounds."""
