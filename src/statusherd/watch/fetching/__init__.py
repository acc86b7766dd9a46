"""The parts of the HTTP client: names, turns, bodies, and what answers and failures mean."""
