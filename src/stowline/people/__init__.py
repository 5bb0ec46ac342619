"""People: who works here, how they show who they are, and what each may do.

A **user** signs in with an e-mail address and password, or with a **badge** and a **PIN**; a **session** is one such
sign-in on one device, and can be revoked. An **API token** stands for a program; its **scopes** say what it may do.
**Roles** (picker, packer, receiver, manager, admin) and scopes are sets of **permissions**; a route names the one it
needs. Whatever changes here leaves a line in the **audit**. This room tells no events.
"""
