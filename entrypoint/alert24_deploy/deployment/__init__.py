"""The story of a deployment: start, finish, set. Knows policy, state and errors, and does no I/O of its own."""
