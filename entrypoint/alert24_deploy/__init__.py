"""Puts Alert24 services into maintenance around a deployment, and right again afterwards."""

__version__ = "1.0.0"
