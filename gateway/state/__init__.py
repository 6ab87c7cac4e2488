"""What outlives a call: caches and, later, counters."""
