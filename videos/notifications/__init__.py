"""Tell owners by mail and in their browsers what became of their videos."""
