"""The services of Claimwire, and what they share."""
