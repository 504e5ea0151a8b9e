"""The steps of a deployment: start, finish, set and run. It imports policy, state and errors, and does no I/O."""
