"""Counting polls: pure and exact, plain data in and out; docs/counting.md says it in plain words."""
