"""Reads of managers' pages, one file for each noun. Each answers plain values that its template draws as they are."""
