"""A Docker engine and a base image for the tests, from Debian's packages alone."""
