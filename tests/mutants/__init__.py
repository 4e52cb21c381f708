"""Wrong versions of the core, which the tests must tell from the right one."""
