"""How long builds take: made-up sites of any size, built by whole processes and timed from outside."""
