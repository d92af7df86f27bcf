"""What members report, and what moderators decided about it."""
