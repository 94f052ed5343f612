"""Columns, types and units of every table that crosses a rule; `ruralimpact.tables` checks them."""
