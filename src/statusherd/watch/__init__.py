"""The vendors' side: read status pages, compare looks, name the changes."""
