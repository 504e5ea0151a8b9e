"""The user's own commands: the deployment, its rollback and its checks. The only room that starts processes."""
