"""The web application: API, pages, and the responders mounted beside them."""
