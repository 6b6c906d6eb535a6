"""What ``import_file`` consists of: reading what is to be imported, and taking it in, once each."""
