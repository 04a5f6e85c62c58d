#!/bin/sh
# The two stories this library was made for, told by the program itself:
#
#	$ examples/demo/run.sh build/release/bin/mailguard en
#
# Exits 0 if every scene ends as it should: trouble found and told.
set -eu
mailguard=$1
lang=${2:-ja}
here=$(dirname "$0")

case $lang in
ja)
	scene1='場面1　1台のPCの4アカウントのうち3つが、同時に送受信できなくなりました。'
	scene2='場面2　新着メールが届きません。A社は「メンテナンス中」と告知しています。'
	scene3='場面3　画面に出たエラーコードの意味を調べます。'
	;;
en)
	scene1='Scene 1. Three of the four accounts on one PC stopped at once.'
	scene2='Scene 2. No new mail arrives, and hoster A announces maintenance.'
	scene3='Scene 3. What the error codes on the screen mean.'
	;;
*)
	echo "demo: --lang is ja or en, not '$lang'" >&2
	exit 2
	;;
esac

# tell TITLE ARGUMENT... - play one scene; trouble told (1) is how it ends well
tell() {
	printf '\n%s\n' "$1"
	shift
	printf '$ mailguard'
	for argument in "$@"; do
		case $argument in
		*' '*) printf " '%s'" "$argument" ;;
		*) printf ' %s' "$argument" ;;
		esac
	done
	printf '\n\n'
	status=0
	"$mailguard" "$@" || status=$?
	[ "$status" -le 1 ] || exit "$status"
}

tell "$scene1" weigh --lang "$lang" "$here/story2.json"
tell "$scene2" weigh --lang "$lang" "$here/story1.json"
tell "$scene3" explain --lang "$lang" 0x800CCC0F "550 5.1.1 User unknown"
