"""Dots and opinions: cast with set semantics, counted by one pure function."""
