"""Buttons that go on working after a restart: all that they need is in their ids and in their own message."""
