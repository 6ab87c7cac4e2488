"""What a gateway decides about a call: one concern per module, each a phase."""
