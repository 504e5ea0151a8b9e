"""What becomes of a deployment that gets a signal at any of its steps: the contract, and cells that are tried."""
