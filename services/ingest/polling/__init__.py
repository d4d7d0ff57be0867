"""Polling: feeds are read again, each at its own pace."""
