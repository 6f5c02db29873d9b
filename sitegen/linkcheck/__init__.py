"""`sitegen links`: asks the pages that the site links to whether they are still there.

`collect` finds the links and their places, `fetch` asks politely (`manners` and `network` say how, and whom), `wayback`
finds archived copies, `verdict` says what follows for links.lock and what is to be told, and `command` does one after
the other.
"""
