"""What judges: the form of a rule, its findings, and the engine that runs all rules."""
