"""Worker processes: who they are, how they begin and end, what dead ones left behind."""
