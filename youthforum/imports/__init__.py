"""Boards filled from elsewhere: a Polis conversation, or a spreadsheet of ideas."""
