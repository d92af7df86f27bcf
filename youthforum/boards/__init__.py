"""A board asks a question and has live columns of ideas; moderators open, close and freeze it."""
