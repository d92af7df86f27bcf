"""Threads of comments under ideas and proposals, and the page of one idea."""
