"""What people wrote, in the languages of the others: written by people, checked by a second one, wished for by readers.

The folders beside these files are the catalogues of the interface, which gettext looks for here.
"""
