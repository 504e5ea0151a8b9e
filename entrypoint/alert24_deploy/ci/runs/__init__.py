"""Asks GitHub or GitLab whether a run still goes on and how it ended. It never holds Alert24's key."""
