"""What the record is made of and what it says: the verifier, and what is told of its rows; changes nothing."""
