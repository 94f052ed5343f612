"""Tables, figures and the report: the last room, where numbers are rounded and put into words."""
