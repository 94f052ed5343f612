"""What investments returned: rates of return, net present values, and how sure they are."""
