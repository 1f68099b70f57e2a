"""Static linter and architecture advisor for AWS serverless templates."""

__version__ = "0.1.0"
