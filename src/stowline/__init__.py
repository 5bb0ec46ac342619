"""Stowline: self-hosted fulfilment and warehouse software. The scan is the truth."""

__version__ = "0.1.0"
