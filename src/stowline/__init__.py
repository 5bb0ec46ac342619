"""Stowline: self-hosted fulfilment and warehouse software. The scan is the truth."""
