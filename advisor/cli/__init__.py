"""Commands and flags: the only place that touches streams, the environment and exit codes."""
