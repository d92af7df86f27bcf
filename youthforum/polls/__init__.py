"""Polls: the forum decides, on secret or open ballots, with a result that anybody can count again."""
