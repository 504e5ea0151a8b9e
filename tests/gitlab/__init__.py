"""The GitLab component: rendered as GitLab does, its scripts run by a real shell, its pipelines by a real runner."""
