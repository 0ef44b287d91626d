"""The hub over HTTP: bodies, problems, live events, the document that describes it all."""
