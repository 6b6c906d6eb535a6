"""Media work by FFmpeg: read what a source is (`probing`), decide what to make of it (`planning`),
write that as arguments (`encoding`) and run them (`running`)."""
