"""Policies for tests.

    policy(limits)      the limits given, and below them a floor that never
                        refuses, so that each class of outbound mail is covered

127.0.0.0/24 is ours: mail from there is relayed, from 127.0.9.1 inbound.
"""
HEAD = """
own networks { 127.0.0.0/24 }
frozen { local hold   smtp tempfail "Mail is suspended" }
"""

FLOOR = """
limit local-floor {
	for   local mail
	allow 1000000 messages/hour
	else  hold
}
limit login-floor {
	for   authenticated mail
	by    login
	allow 1000000 messages/hour
	else  tempfail
}
limit relay-floor {
	for   relayed mail
	by    client
	allow 1000000 messages/hour
	else  tempfail
}
"""


def policy(limits=""):
    return HEAD + limits + FLOOR
