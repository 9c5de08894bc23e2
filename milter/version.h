/*
 * version.h - what the programs call themselves.
 */
#ifndef MILTER_VERSION_H
#define MILTER_VERSION_H

#define VERSION "0.1-dev"	/* CHANGES */

#endif
