"""One edition of an event: its phases, delegations, roles and the codes by which people join."""
