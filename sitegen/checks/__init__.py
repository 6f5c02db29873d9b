"""What `sitegen check` looks for beside faults: what a careful editor would see. No build runs any of it."""
