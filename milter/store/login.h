/*
 * login.h - who we are to Redis: AUTH, SELECT, CLIENT SETNAME.
 */
#ifndef MILTER_LOGIN_H
#define MILTER_LOGIN_H

#include "conn.h"

/* Reads the password file anew. False: e says what to do. */
bool login(struct conn *c, const struct conn_target *t, uint64_t deadline_us,
	   struct error *e);

/* Whether the files of t are there and fit. False: e. */
bool login_ok(const struct conn_target *t, struct error *e);

#endif
