"""What measures the energy of this machine, and whose it was."""
