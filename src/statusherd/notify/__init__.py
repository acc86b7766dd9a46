"""Telling people: which change goes to whom, in which words, exactly once."""
