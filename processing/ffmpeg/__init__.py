"""Media work by FFmpeg: find out what a source is (`probing`), decide what is made of it
(`planning`), say it in arguments (`encoding`) and run them (`running`)."""
