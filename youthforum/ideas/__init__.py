"""Cards on a board: posted, edited, moved, grouped, merged and withdrawn."""
