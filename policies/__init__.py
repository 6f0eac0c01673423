"""What counts: vocabulary, law and algorithms. Pure: no network, no database, no clock."""
