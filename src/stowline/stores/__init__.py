"""The shops whose goods this warehouse ships: their name and brand on paper and mail, their currency, language, time
zone, policies and webhook secrets. Everything a shopper sees carries a store's name, never ours. No events of its own.
"""
