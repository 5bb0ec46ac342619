"""What people at the desk answer shoppers with: knowledge snippets, ready sentences whose placeholders are filled for one
order, and tags by which orders, purchase orders and customers are found again. Words: snippet, placeholder, tag.
"""
