"""What happened, append-only: the outbox of live changes, the timeline, and the audit trail."""
