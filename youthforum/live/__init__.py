"""The wire: who watches what, and how a committed change reaches them. The contract is docs/live-protocol.md."""
