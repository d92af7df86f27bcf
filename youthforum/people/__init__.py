"""Accounts: sign-in, return phrase, what a person may change about themselves."""
