"""What leaves: prepared from the payload and one egress, sealed; opens nothing."""
