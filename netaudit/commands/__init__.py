"""One file per command: load, ask, show."""
