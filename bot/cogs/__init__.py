"""One feature a file. A cog is a doorman: defer, hand the request to the desk, nothing else. No cog knows another."""
