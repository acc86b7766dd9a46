"""Our side: services, incidents, correlation and what to do first."""
