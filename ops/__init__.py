"""What the parts stand on (`platform`), what joins them (`service`) and how they are installed (`deploy`)."""
