"""What all formats need to read other people's documents: bytes, JSON, times, text, vocabularies. Pure."""
