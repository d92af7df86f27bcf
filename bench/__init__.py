"""Measures the platform as it is shipped: `python -m bench`, or `make bench`. Tests time nothing; this does."""
