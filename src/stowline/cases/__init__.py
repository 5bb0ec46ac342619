"""What people at the desk answer shoppers with, and what shoppers say: knowledge snippets, ready sentences whose placeholders are
filled for one order; tags by which orders, purchase orders and customers are found again; contacts, the replies, calls and
chats of shoppers; cases, their concerns about an order, each with an owner, a day on which it is due, and all that was said;
reviews of what they got. Words: snippet, placeholder, tag, contact, testimonial, case, entry, verdict, review. Events:
ReplyReceived, ContactLogged, CaseOpened, CaseReopened, CaseAnswered, CaseSolved, CaseClosed, CaseJudged, ReviewWritten,
ReviewSettled.
"""
