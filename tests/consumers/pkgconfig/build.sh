#!/bin/sh
# A stranger's project that asks pkg-config; $1 is the folder to build in.
# The static programs take libmailguard.a and, shared, what it stands on.
set -eu
cd "$(dirname "$0")"
want="-DMAILGUARD_WANTED=\"$(pkg-config --modversion libmailguard)\""
flags="-Wall -Wextra -Werror $(pkg-config --cflags libmailguard)"
libdir=$(pkg-config --variable=libdir libmailguard)
needs=$(pkg-config --print-requires-private libmailguard | sed 's/ .*//')
shared="$(pkg-config --libs libmailguard) -Wl,-rpath,$libdir"
static="$libdir/libmailguard.a $(pkg-config --libs $needs)"

set -x
gcc -std=c99 $flags "$want" ../main.c -o "$1/c_shared" $shared
gcc -std=c99 $flags "$want" -DMAILGUARD_STATIC ../main.c -o "$1/c_static" \
	$static
g++ -std=c++17 $flags "$want" -x c++ ../main.c -x none -o "$1/cpp_shared" \
	$shared
g++ -std=c++17 $flags "$want" -DMAILGUARD_STATIC -x c++ ../main.c -x none \
	-o "$1/cpp_static" $static
