"""The architecture as one HTML file: a picture to move about in, and what was found, beside it."""

from advisor.reporters.html.page import render_html

__all__ = ["render_html"]
