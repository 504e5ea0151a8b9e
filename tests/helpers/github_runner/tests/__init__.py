"""Tests of the runner itself, with small programs of their own."""
