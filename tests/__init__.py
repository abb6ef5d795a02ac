"""The tests mirror the sources one to one; `support` holds what several of them share."""
