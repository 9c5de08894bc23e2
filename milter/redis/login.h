/*
 * login.h - who we are to Redis: AUTH, SELECT, CLIENT SETNAME.
 */
#ifndef MILTER_LOGIN_H
#define MILTER_LOGIN_H

#include "conn.h"

/* In one round trip. False: e says why, without a password in it, and
 * *is_lasting whether only a person can mend that; c is of no further use. */
bool login(struct conn *c, const struct target *t, uint64_t deadline_us,
	   bool *is_lasting, struct error *e);

#endif
