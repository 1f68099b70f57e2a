"""State machines: read, made explorable and checked for what the service would refuse."""
