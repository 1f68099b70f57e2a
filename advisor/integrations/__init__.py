"""Where other tools and this one meet."""
