"""The user's own commands: the deployment, its rollback and its checks. The only package that starts processes."""
