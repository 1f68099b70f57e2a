"""Reads a function's source and package as files: what it calls, how, and how large it is."""
