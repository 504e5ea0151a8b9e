"""Which CI this is and how it is spoken to. The only room that imports actions_toolkit."""
