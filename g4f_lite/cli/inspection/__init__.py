"""What the listings and `doctor` find out."""
