"""The contracts of Claimwire: events, extraction, outcomes and tables."""
