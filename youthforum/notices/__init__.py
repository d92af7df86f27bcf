"""What one member is told in the app: rows, an inbox, and a number in the header."""
