"""Proposals: written together, in several languages, version by version."""
