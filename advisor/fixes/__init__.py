"""From symbolic changes to edits of the text that keep whatever they do not mean to change."""
