"""The desk's pages. A view parses, makes one call and renders."""
