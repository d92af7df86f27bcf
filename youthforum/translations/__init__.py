"""What people wrote, in the languages of others: written by people, checked by a second one, wished for by readers."""
