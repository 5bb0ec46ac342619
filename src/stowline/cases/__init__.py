"""What people at the desk answer shoppers with, and what shoppers say: knowledge snippets, ready sentences whose placeholders are
filled for one order; tags by which orders, purchase orders and customers are found again; contacts, the replies, calls and
chats of shoppers. Words: snippet, placeholder, tag, contact, testimonial. Events: ReplyReceived, ContactLogged.
"""
