"""What the benchmarks share: voices, scenarios, a user who listens like a person, judges and tables."""
