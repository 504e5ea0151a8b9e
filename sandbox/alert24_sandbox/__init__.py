"""An embedded Alert24 for trying, testing and demonstrating deployments."""
