"""Changes to proposals, each in one transaction."""
