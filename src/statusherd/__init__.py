"""statusherd watches vendors' status pages and tells the right people once."""

__version__ = "0.1.0"
