"""What the outside reads: pages, API, feeds, badges, metrics."""
