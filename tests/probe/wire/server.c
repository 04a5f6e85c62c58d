/* The scripted server of net's tests, for ours. */
#include "net/wire/server.c"
