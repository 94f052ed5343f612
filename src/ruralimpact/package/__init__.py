"""The replication package of a study: what a reviewer needs to make its results anew, and to check it."""
