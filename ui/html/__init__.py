"""Pieces of HTML that several views share: words in both languages, links, a citation, a text as a page."""
