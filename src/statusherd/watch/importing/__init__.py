"""Which vendors a team uses: read out of lists, feed readers and the files that name what software needs."""
