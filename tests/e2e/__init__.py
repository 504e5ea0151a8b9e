"""Against the real things: GitHub's own libraries, and the image on a Docker engine."""
