"""Other systems, as bots that the benchmark can call. They run in environments of their own, never in ours."""
