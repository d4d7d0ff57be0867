"""Http: what every request and answer of the gateway goes through, whatever it is about."""
