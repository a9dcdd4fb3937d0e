"""Host functions: the functions of Python and of C that guests call."""
